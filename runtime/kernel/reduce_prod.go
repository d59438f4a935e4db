package kernel

// ReduceProd multiplies the elements of src. groups are the sizes of runs of axes that are all reduced or all kept, in
// turn, and last says that the last one is reduced. acc has the result's length; it may hold a wider type than src.
func ReduceProd[A, T Number](acc []A, src []T, groups []int, last bool) {
	setAll(acc, 1)
	reduceGroups(acc, src, groups, last, 1, prodRows[A, T], prodCols[A, T])
}

func prodRows[A, T Number](acc []A, src []T, n int) {
	for i, p := range acc {
		for _, x := range src[i*n:][:n] {
			p *= A(x)
		}
		acc[i] = p
	}
}

func prodCols[A, T Number](acc []A, src []T, n int) {
	for range n {
		for i, x := range src[:len(acc)] {
			acc[i] *= A(x)
		}
		src = src[len(acc):]
	}
}

//go:build !amd64 || !gc || purego

package kernel

func treeAVX2[T Float, K KeyBits](e *Trees[T, K], row []K, first, end, abreast int, sum *K) {
	panic("kernel: BUG: no assembly")
}

func treeTotalAVX2[T Float, K KeyBits](e *Trees[T, K], row []K) { panic("kernel: BUG: no assembly") }

func treeRowsAddAVX2[T Float, K KeyBits](row, weights []T, leaves []K, abreast int) bool {
	panic("kernel: BUG: no assembly")
}

func treeTotalsAVX2[K KeyBits](leaves []K) bool { panic("kernel: BUG: no assembly") }

func treeKeysAVX2[T Float, K KeyBits](row []K, x []T, columns []int32, features, abreast int) bool {
	panic("kernel: BUG: no assembly")
}

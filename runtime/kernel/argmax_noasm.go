//go:build !amd64 || !gc || purego

package kernel

func argBestRowsAVX2[T Number](dst []int64, src []T, n int, flip uint32) bool {
	panic("kernel: BUG: no assembly")
}

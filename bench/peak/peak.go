// Package peak runs multiply-adds of float32 as fast as the processor can: what kernels are measured by.
package peak

// FLOPs are the operations of a Run, two a multiply-add.
const FLOPs = 1 << 13 * 12 * 8 * 2

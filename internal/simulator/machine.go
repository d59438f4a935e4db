package simulator

import (
	"runtime/debug"
	"unsafe"
)

// machine is what a processor holds.
type machine struct {
	args   unsafe.Pointer // keeps alive what it points at
	gp     [16]uint64
	vector [32]vector
	mask   [8]uint64
	tiles  tileState

	less, equal, below bool // of what was compared or computed, with signs and without
	dirty              bool // the upper halves of registers are in use
	pc, at             int  // the next instruction and this one
}

// vector is a register's bytes.
type vector [64]byte

// newMachine has registers full of what no function expects.
func newMachine(args unsafe.Pointer) *machine {
	m := &machine{args: args}
	for i := range m.gp {
		m.gp[i] = 0xdeadbeefcafe0000 + uint64(i)
	}
	for i := range m.vector {
		for b := range m.vector[i] {
			m.vector[i][b] = 0xa5 ^ byte(i)
		}
	}
	for i := range m.mask {
		m.mask[i] = 0x5aa5 << i
	}
	return m
}

// faultsPanic makes a fault a panic, until the function that it returns runs.
func faultsPanic() func() {
	old := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(old) }
}

// pointer makes a pointer of an address. The memory is kept alive by the arguments, from which the address came.
func pointer(address uint64) unsafe.Pointer {
	a := uintptr(address)
	return *(*unsafe.Pointer)(unsafe.Pointer(&a))
}

// read reads size bytes, 1, 2, 4 or 8.
func read(address uint64, size int) uint64 {
	p := pointer(address)
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func write(address, v uint64, size int) {
	p := pointer(address)
	switch size {
	case 1:
		*(*uint8)(p) = uint8(v)
	case 2:
		*(*uint16)(p) = uint16(v)
	case 4:
		*(*uint32)(p) = uint32(v)
	case 8:
		*(*uint64)(p) = v
	}
}

// lane gives element i of so many bytes.
func (v *vector) lane(i, size int) uint64 {
	p := unsafe.Pointer(&v[i*size])
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func (v *vector) set(i, size int, x uint64) {
	p := unsafe.Pointer(&v[i*size])
	switch size {
	case 1:
		*(*uint8)(p) = uint8(x)
	case 2:
		*(*uint16)(p) = uint16(x)
	case 4:
		*(*uint32)(p) = uint32(x)
	case 8:
		*(*uint64)(p) = x
	}
}

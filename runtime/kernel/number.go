package kernel

// Signed are the signed integers that Go computes with.
type Signed interface {
	int8 | int16 | int32 | int64
}

// Unsigned are the unsigned integers that Go computes with.
type Unsigned interface {
	uint8 | uint16 | uint32 | uint64
}

// Integer are the integers that Go computes with.
type Integer interface{ Signed | Unsigned }

// Float are the floating-point types that Go computes with.
type Float interface{ float32 | float64 }

// Number are the types that Go adds and orders.
type Number interface{ Integer | Float }

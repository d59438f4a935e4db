package plan

import "testing"

// lives makes an area of a size that is needed from one step to another.
func lives(size int64, from, to int) *area { return &area{typical: size, from: from, to: to} }

func TestSpread(t *testing.T) {
	tests := []struct {
		name  string
		slots [][]*area
		count int
		total int64
	}{
		{"a wide one over four narrow ones", [][]*area{{lives(400, 5, 6), lives(100, 0, 1)}, {lives(100, 0, 4)}, {lives(100, 1, 4)}, {lives(100, 2, 3)}}, 4, 400},
		{"one that is in use meanwhile stays apart", [][]*area{{lives(400, 5, 6)}, {lives(100, 0, 5)}, {lives(100, 1, 4)}}, 2, 500},
		{"the narrow ones do not suffice", [][]*area{{lives(400, 5, 6)}, {lives(100, 1, 4)}}, 2, 400},
		{"nothing to gain", [][]*area{{lives(100, 0, 9)}, {lives(100, 0, 9)}}, 0, 200},
		{"a single slot", [][]*area{{lives(7, 0, 1)}}, 0, 7},
		{"none", nil, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := spread(tt.slots)
			if l.count != tt.count || l.total() != tt.total {
				t.Errorf("spread takes %d slots together and %d bytes, want %d and %d", l.count, l.total(), tt.count, tt.total)
			}
		})
	}
}

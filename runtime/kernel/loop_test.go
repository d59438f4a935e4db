package kernel

import "testing"

func TestRowSize(t *testing.T) {
	for _, c := range []struct{ run, have, got, size, bad int }{
		{0, 9, 4, 4, -1}, // what an earlier call left does not count
		{1, 4, 4, 4, -1},
		{1, 4, 5, 4, 0},
		{7, 0, 0, 0, -1},
	} {
		if size, bad := RowSize(c.run, c.have, c.got); size != c.size || bad != c.bad {
			t.Errorf("RowSize(%d, %d, %d) = %d, %d, want %d, %d", c.run, c.have, c.got, size, bad, c.size, c.bad)
		}
	}
}

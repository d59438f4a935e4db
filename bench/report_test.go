package main

import "testing"

func TestReplaceSection(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "# Results\n", "# Results\n\n## A\nnew\n"},
		{"only", "# Results\n\n## A\nold\n", "# Results\n\n## A\nnew\n"},
		{"first", "# Results\n\n## A\nold\n\n## B\nkept\n", "# Results\n\n## A\nnew\n\n## B\nkept\n"},
		{"last", "# Results\n\n## B\nkept\n\n## A\nold\n", "# Results\n\n## B\nkept\n\n## A\nnew\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := replaceSection(tt.text, "## A\n", "## A\nnew\n"); got != tt.want {
				t.Errorf("replaceSection(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestRatio(t *testing.T) {
	r := row{Ours: []sample{{CPU: 1}, {CPU: 2}, {CPU: 4}}, Theirs: []sample{{CPU: 2}, {CPU: 2}, {CPU: 2}}}
	if got := r.ratio(); got != 1 {
		t.Errorf("ratio() = %v, want 1: the median of 2, 1 and 0.5", got)
	}
	if got := median([]float64{3, 1, 2, 10}); got != 2.5 {
		t.Errorf("median = %v, want 2.5", got)
	}
	if got := median(nil); got != 0 {
		t.Errorf("median of nothing = %v, want 0", got)
	}
}

func TestDuration(t *testing.T) {
	for nanos, want := range map[float64]string{999: "1.00 µs", 12e3: "12.0 µs", 3.9e6: "3.90 ms", 2.5e9: "2500.00 ms"} {
		if got := duration(nanos); got != want {
			t.Errorf("duration(%v) = %q, want %q", nanos, got, want)
		}
	}
}

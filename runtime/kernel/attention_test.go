package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// attentionCase is a problem for AttentionF32 with contiguous [batch][heads][tokens][size] data.
type attentionCase struct {
	sizes             []int // batch, heads, groups, queries, keys, size, width
	past, left, right int
	softcap           float32
	bias, allowed     bool
	bare              bool
	lengths           []int64
}

func normals(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// attentionWant is a row of the result, by a plain sum in float64; nil where no key is seen.
func (c attentionCase) want(q, k, v, bias []float32, allowed []bool, b, h, i int) []float64 {
	s := c.sizes
	place, end := i+c.past, s[4]
	if c.lengths != nil {
		n := int(c.lengths[b])
		place, end = i+n-s[3], min(n, end)
	}
	g := h / (s[1] / s[2])
	row, total := make([]float64, s[6]), 0.0
	for j := range s[4] {
		at := ((b*s[1]+h)*s[3]+i)*s[4] + j
		if j >= end || c.left >= 0 && place-j > c.left || c.right >= 0 && j-place > c.right || c.allowed && !allowed[at] {
			continue
		}
		dot := 0.0
		for d := range s[5] {
			dot += float64(q[((b*s[1]+h)*s[3]+i)*s[5]+d]) * float64(k[((b*s[2]+g)*s[4]+j)*s[5]+d])
		}
		if dot *= 0.25; c.softcap > 0 {
			dot = float64(c.softcap) * math.Tanh(dot/float64(c.softcap))
		}
		if c.bias {
			dot += float64(bias[at])
		}
		e := math.Exp(dot)
		total += e
		for x := range row {
			row[x] += e * float64(v[((b*s[2]+g)*s[4]+j)*s[6]+x])
		}
	}
	if total == 0 {
		return nil
	}
	for x := range row {
		row[x] /= total
	}
	return row
}

func contiguous(heads, tokens, size int) []int {
	return []int{heads * tokens * size, tokens * size, size}
}

func (c attentionCase) strides() []int {
	s := c.sizes
	strides := contiguous(s[1], s[3], s[6])
	strides = append(strides, contiguous(s[1], s[3], s[5])...)
	strides = append(strides, contiguous(s[2], s[4], s[5])...)
	strides = append(strides, contiguous(s[2], s[4], s[6])...)
	return append(strides, s[1]*s[3]*s[4], s[3]*s[4], s[4], 1)
}

func TestAttention(t *testing.T) { eachVariant(t, testAttention) }

func testAttention(t *testing.T) {
	all := func(n ...int) []int { return n }
	tests := []attentionCase{
		{sizes: all(1, 1, 1, 1, 1, 1, 1), left: -1, right: -1},
		{sizes: all(2, 4, 2, 3, 5, 7, 6), left: -1, right: -1},
		{sizes: all(2, 2, 2, 33, 100, 16, 50), left: -1, right: -1},
		{sizes: all(1, 2, 1, 70, 70, 8, 4), left: -1, right: 0},
		{sizes: all(1, 2, 1, 2, 130, 64, 64), past: 128, left: -1, right: 0},
		{sizes: all(1, 1, 1, 64, 64, 4, 4), left: 3, right: 1, softcap: 2},
		{sizes: all(2, 2, 2, 9, 60, 5, 3), left: -1, right: -1, bias: true},
		{sizes: all(2, 2, 2, 9, 60, 5, 3), left: -1, right: -1, bias: true, bare: true},
		{sizes: all(1, 1, 1, 2, 0, 3, 3), left: -1, right: -1, bare: true},
		{sizes: all(2, 2, 2, 9, 60, 5, 3), left: 50, right: -1, allowed: true},
		{sizes: all(3, 2, 1, 4, 55, 5, 3), left: -1, right: 0, lengths: []int64{55, 2, 0}},
		{sizes: all(3, 1, 1, 2, 4, 5, 3), left: -1, right: 0, lengths: []int64{-7, 9, 4}},
		{sizes: all(1, 1, 1, 2, 0, 3, 3), left: -1, right: -1},
		{sizes: all(1, 1, 1, 2, 3, 0, 3), left: -1, right: -1},
		{sizes: all(1, 1, 1, 2, 3, 3, 0), left: -1, right: -1},
		{sizes: all(1, 0, 0, 2, 3, 3, 2), left: -1, right: -1},
		{sizes: all(0, 1, 1, 2, 3, 3, 2), left: -1, right: -1},
	}
	for _, c := range tests {
		t.Run(fmt.Sprint(c.sizes, c.past, c.left, c.right, c.lengths), func(t *testing.T) {
			s, rng := c.sizes, rand.New(rand.NewPCG(1, 2))
			q, k, v := normals(rng, s[0]*s[1]*s[3]*s[5]), normals(rng, s[0]*s[2]*s[4]*s[5]), normals(rng, s[0]*s[2]*s[4]*s[6])
			var bias []float32
			var allowed []bool
			if n := s[0] * s[1] * s[3] * s[4]; c.bias {
				bias = normals(rng, n)
				for i := range n / 3 {
					bias[i] = float32(math.Inf(-1))
				}
			} else if c.allowed {
				allowed = make([]bool, n)
				for i := range n {
					allowed[i] = i > n/4 && rng.IntN(2) == 0
				}
			}
			dst, whole := guarded(rng, s[0]*s[1]*s[3]*s[6])
			AttentionF32(dst, q, k, v, bias, allowed, c.lengths, s, c.strides(), c.past, c.left, c.right, 0.25, c.softcap, c.bare, false)
			if !intact(whole) {
				t.Fatal("elements outside of the result were written")
			}
			for r := range s[0] * s[1] * s[3] {
				want := c.want(q, k, v, bias, allowed, r/(s[1]*s[3]), r/s[3]%s[1], r%s[3])
				for x := range s[6] {
					w := 0.0
					switch {
					case want != nil:
						w = want[x]
					case c.bare && s[4] > 0:
						w = math.NaN()
					}
					if got := float64(dst[r*s[6]+x]); !(math.Abs(got-w) <= 1e-5) && (w == w || got == got) {
						t.Fatalf("row %d, column %d = %v, want %v", r, x, got, w)
					}
				}
			}
		})
	}
}

// TestAttentionNaN holds that a score of NaN reaches its query's result and no other, unless its key is hidden or
// zeros are safer.
func TestAttentionNaN(t *testing.T) { eachVariant(t, testAttentionNaN) }

func testAttentionNaN(t *testing.T) {
	c := attentionCase{sizes: []int{1, 1, 1, 2, 60, 1, 1}}
	q, k, v := []float32{1, float32(math.NaN())}, make([]float32, 60), make([]float32, 60)
	for hidden := range 2 {
		allowed := make([]bool, 120)
		for i := range 60 {
			allowed[i], allowed[60+i] = true, hidden == 0
		}
		for _, safe := range []bool{false, true} {
			dst := make([]float32, 2)
			AttentionF32(dst, q, k, v, nil, allowed, nil, c.sizes, c.strides(), 0, -1, -1, 1, 0, false, safe)
			if dst[0] != 0 || (dst[1] != dst[1]) != (hidden == 0 && !safe) {
				t.Errorf("hidden %d, safe %v: got %v", hidden, safe, dst)
			}
		}
	}
}

func TestRotary(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5}
	cos, sin := []float32{9, 9, 0, 1}, []float32{9, 9, 1, 0} // row 1 turns the first pair by a right angle
	tests := []struct {
		name        string
		interleaved bool
		position    int64
		want        []float32
		fault       int
	}{
		{"halves", false, 1, []float32{-3, 2, 1, 4, 5}, -1},
		{"neighbours", true, 1, []float32{-2, 1, 3, 4, 5}, -1},
		{"negative", false, -1, nil, 0},
		{"too large", false, 2, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, packed := range []bool{false, true} {
				dst := append([]float32{}, x...) // in place
				if got := Rotary(dst, dst, cos, sin, []int64{tt.position}, 1, 1, 1, 5, 2, packed, tt.interleaved); got != tt.fault {
					t.Fatalf("fault %d, want %d", got, tt.fault)
				}
				if tt.want != nil && fmt.Sprint(dst) != fmt.Sprint(tt.want) {
					t.Errorf("got %v, want %v", dst, tt.want)
				}
			}
		})
	}
	if got := Rotary([]float32{}, nil, nil, nil, nil, 0, 0, 0, 0, 0, false, false); got != -1 {
		t.Errorf("nothing: fault %d", got)
	}
}

func BenchmarkAttention(b *testing.B) {
	for _, queries := range []int{1, 128, 512} {
		b.Run(fmt.Sprint(queries), func(b *testing.B) {
			c := attentionCase{sizes: []int{1, 12, 12, queries, max(queries, 128), 32, 32}}
			s, rng := c.sizes, rand.New(rand.NewPCG(1, 2))
			q, k, v := normals(rng, 12*queries*32), normals(rng, 12*s[4]*32), normals(rng, 12*s[4]*32)
			dst := make([]float32, len(q))
			b.Run("tiles", func(b *testing.B) {
				for b.Loop() {
					AttentionF32(dst, q, k, v, nil, nil, nil, s, c.strides(), 0, -1, -1, 0.2, 0, false, false)
				}
			})
			b.Run("steps", func(b *testing.B) {
				p := make([]float32, 12*queries*s[4])
				for b.Loop() {
					BatchMatMulF32(p, q, k, []int{12}, []int{queries * 32}, []int{s[4] * 32}, queries, s[4], 32, 32, 1, 1, 32, 0.2)
					SoftmaxF32(p, p, 12*queries, s[4], 1)
					BatchMatMulF32(dst, p, v, []int{12}, []int{queries * s[4]}, []int{s[4] * 32}, queries, 32, s[4], s[4], 1, 32, 1, 1)
				}
			})
		})
	}
}

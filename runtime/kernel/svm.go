package kernel

import "math"

// RBF is e^(-gamma·|x - v|²) of each of rows rows of x with each of vectors rows of v, all of length n.
func RBF(dst, x, v []float32, rows, vectors, n int, gamma float64) {
	for r := range rows {
		a := x[r*n:][:n]
		for k := range vectors {
			b := v[k*n:][:n]
			sum := 0.0
			for i, p := range a {
				d := float64(p) - float64(b[i])
				sum += float64(d * d)
			}
			dst[r*vectors+k] = float32(exp64(-gamma * sum))
		}
	}
}

// PairVotes decides between every two classes: k is [rows, vectors], each class's vectors, whose counts are perClass,
// after each other; coef is [classes-1, vectors] and rho has an offset for each pair. score is [rows, pairs]; votes is
// scratch for each class.
func PairVotes(class []int64, score, k, coef, rho []float32, perClass []int, votes []int32) {
	vectors := 0
	for _, n := range perClass {
		vectors += n
	}
	for r := range class {
		row := k[r*vectors:][:vectors]
		clear(votes)
		p, startI := 0, 0
		for i, ni := range perClass {
			startJ := startI + ni
			for j := i + 1; j < len(perClass); j++ {
				nj := perClass[j]
				sum := float64(rho[p])
				sum = pairSum(sum, coef[(j-1)*vectors+startI:][:ni], row[startI:])
				sum = pairSum(sum, coef[i*vectors+startJ:][:nj], row[startJ:])
				score[p] = float32(sum)
				p++
				if sum > 0 {
					votes[i]++
				} else {
					votes[j]++
				}
				startJ += nj
			}
			startI += ni
		}
		score = score[p:]
		best := 0
		for i, n := range votes {
			if n > votes[best] {
				best = i
			}
		}
		class[r] = int64(best)
	}
}

func pairSum(sum float64, coef, row []float32) float64 {
	row = row[:len(coef)]
	for i, c := range coef {
		sum += float64(float64(c) * float64(row[i]))
	}
	return sum
}

// PairProbabilities couples the probabilities of pairs of n classes to one for each class: score is [rows, pairs],
// dst [rows, n], a and b map a score to the probability of the first of a pair. scratch has n·n + 2n elements.
func PairProbabilities(dst, score, a, b []float32, n int, scratch []float64) {
	q, qp, p := scratch[:n*n], scratch[n*n:][:n], scratch[n*n+n:][:n]
	for len(dst) > 0 {
		pairMatrix(q, score, a, b, n)
		pairCouple(q, qp, p, n)
		for i, v := range p {
			dst[i] = float32(v)
		}
		dst, score = dst[n:], score[len(a):]
	}
}

// pairMatrix makes the matrix of the quadratic form that the classes' probabilities minimise.
func pairMatrix(q []float64, score, a, b []float32, n int) {
	clear(q)
	at := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			s := float64(float64(score[at])*float64(a[at])) + float64(b[at])
			first := min(max(1-sigmoid64(s), 1e-7), 1-1e-7) // i's probability against j
			second := 1 - first
			q[i*n+i] += float64(second * second)
			q[j*n+j] += float64(first * first)
			q[i*n+j] = -first * second
			q[j*n+i] = -first * second
			at++
		}
	}
}

// pairCouple iterates to the minimum, p.
func pairCouple(q, qp, p []float64, n int) {
	for i := range p {
		p[i] = 1 / float64(n)
	}
	for range 100 {
		total, worst := 0.0, 0.0
		for i := range qp {
			sum := 0.0
			for j, v := range q[i*n:][:n] {
				sum += float64(v * p[j])
			}
			qp[i] = sum
			total += float64(p[i] * sum)
		}
		for _, v := range qp {
			worst = max(worst, math.Abs(v-total))
		}
		if worst < 0.005/float64(n) {
			return
		}
		for i := range p {
			row := q[i*n:][:n]
			d := (total - qp[i]) / row[i]
			p[i] += d
			total = (total + float64(d*(float64(d*row[i])+float64(2*qp[i])))) / (1 + d) / (1 + d)
			for j, v := range row {
				qp[j] = (qp[j] + float64(d*v)) / (1 + d)
				p[j] /= 1 + d
			}
		}
	}
}

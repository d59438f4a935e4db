package kernel

// TreeClassify sums votes as TreeSum does and takes for each row the class with the highest score among those that
// have votes, the first of equals; with base values, every class has a score. dst is [rows, classes], each row mapped
// by post, which may be nil; score and voted are scratch for each class.
func TreeClassify[T Float, K KeyBits](class []int64, dst []float32, x []T, features, classes int, e Trees[T, K], post func(y []float32), score []T, voted []bool) {
	for r := 0; r < len(class); {
		abreast := treeLeaves(&e, x[r*features:], features, len(class)-r, true)
		for lane := range abreast {
			treeAdd(score, &e, lane, abreast)
			treeBase(score, e.Base)
			treeVoted(voted, &e, lane, abreast)
			best := -1
			for k, s := range score {
				if (voted[k] || e.Base != nil) && (best < 0 || s > score[best]) {
					best = k
				}
			}
			class[r] = int64(max(best, 0))
			treeScores(dst[r*classes:][:classes], score, post)
			r++
		}
	}
}

// TreeClassifyTwo is TreeClassify for two classes, or for one, which is class 1 where it wins. A row with votes for
// the second class is decided by that one's score, any other by the first one's score s: above limit is class 1. The
// former's scores are mapped by post; the latter's are (s, 0) mapped by alone and then by alonePost. Both base values
// together make two scores of every row. post, alone and alonePost may be nil.
func TreeClassifyTwo[T Float, K KeyBits](class []int64, dst []float32, x []T, features, classes int, e Trees[T, K], limit T, post func(y []float32), alone func(score []T), alonePost func(y []float32), score []T, voted []bool) {
	for r := 0; r < len(class); {
		abreast := treeLeaves(&e, x[r*features:], features, len(class)-r, true)
		for lane := range abreast {
			treeAdd(score, &e, lane, abreast)
			treeVoted(voted, &e, lane, abreast)
			second := classes == 2 && voted[1]
			treeBaseTwo(score, e.Base, second)
			treeSilent(score, voted)
			decides := score[0]
			if second {
				decides = score[1]
			}
			class[r] = 0
			if decides > limit {
				class[r] = 1
			}
			row := dst[r*classes:][:classes]
			r++
			if second || len(e.Base) == 2 {
				treeScores(row, score, post)
				continue
			}
			if alone != nil {
				alone(score)
			}
			treeScores(row, score, alonePost)
		}
	}
}

// treeBaseTwo adds base values to two classes. With votes for the second class, the first one's votes count for it
// and the first class has the opposite score.
func treeBaseTwo[T Float](score, base []T, second bool) {
	switch {
	case len(base) == 2 && second:
		score[1] = base[1] + score[0]
		score[0] = -score[1]
	default:
		treeBase(score, base)
	}
}

// treeScores rounds a row's scores and maps them.
func treeScores[T Float](dst []float32, score []T, post func(y []float32)) {
	for k, s := range score[:len(dst)] {
		dst[k] = float32(s)
	}
	if post != nil {
		post(dst)
	}
}

// ScoresComplement makes (1-s, s) of (s, 0).
func ScoresComplement[T Float](score []T) { score[0], score[1] = 1-score[0], score[0] }

// ScoresNegate makes (-s, s) of (s, 0).
func ScoresNegate[T Float](score []T) { score[0], score[1] = -score[0], score[0] }

package kernel

import "strings"

// nextPiece cuts off the first piece of a text: what stands before the first of the delimiters' bytes, or one byte
// where there are no delimiters. more is whether something is left to cut, were it nothing.
func nextPiece(s, delimiters string) (piece, rest string, more bool) {
	if delimiters == "" {
		return s[:1], s[1:], len(s) > 1
	}
	for i := range len(s) {
		if strings.IndexByte(delimiters, s[i]) >= 0 {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// CountPieces is how many pieces all texts have, see CutText.
func CountPieces(src []string, delimiters string, skipEmpty bool) int {
	return CutText(nil, nil, []int32{0, 0}, src, delimiters, skipEmpty)
}

// CutText cuts texts at each byte that is among the delimiters or, without any, between all bytes. It writes the pieces
// of all texts behind each other, for each the number of its text and its own within the text, and to shape how many
// texts there are and how many pieces one has at most. An empty text has no pieces; with skipEmpty, no piece is empty.
// The pieces are as many as it returns; what pieces has no room for is only counted.
func CutText(pieces []string, places, shape []int32, src []string, delimiters string, skipEmpty bool) int {
	n := 0
	shape[0], shape[1] = int32(len(src)), 0
	for i, s := range src {
		own := 0
		for more := s != ""; more; {
			var piece string
			if piece, s, more = nextPiece(s, delimiters); piece == "" && skipEmpty {
				continue
			}
			if n < len(pieces) {
				pieces[n], places[2*n], places[2*n+1] = piece, int32(i), int32(own)
			}
			n++
			own++
		}
		shape[1] = max(shape[1], int32(own))
	}
	return n
}

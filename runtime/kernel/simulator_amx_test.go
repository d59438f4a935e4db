package kernel

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// tileState is what AMX adds to a processor's state: eight matrices of bytes.
type tileState struct {
	configured  bool
	rows, bytes [8]int // of each
	data        [8][16][64]byte
}

// tile runs an instruction of AMX, whose bytes begin at pc, and gives where the next one stands. Encodings are those of
// Intel's manual: VEX with three bytes, of the map 0F38, registers of the lower half.
func (s *simulator) tile(pc int) (next int, err error) {
	var code [10]uint8
	for i := 0; i < len(code) && pc+i < len(s.code) && s.code[pc+i][0] == "BYTE"; i++ {
		v, err := strconv.ParseUint(s.code[pc+i][1][1:], 0, 8)
		if err != nil {
			return 0, err
		}
		code[i] = uint8(v)
	}
	if code[0] != 0xc4 || code[1] != 0xe2 || code[2]&0x84 != 0 {
		return 0, fmt.Errorf("% x is no instruction that is known", code)
	}
	prefix, modrm := code[2]&3, code[4]
	target := int(modrm >> 3 & 7)
	switch {
	case code[3] == 0x49 && code[2] == 0x78 && modrm == 0xc0: // TILERELEASE
		s.tiles = tileState{}
		return pc + 5, nil
	case code[3] == 0x49 && code[2] == 0x78 && modrm == 0: // LDTILECFG (AX)
		return pc + 5, s.configureTiles(s.gp["AX"])
	case code[3] == 0x5e && prefix == 1 && modrm>>6 == 3: // TDPBUSD
		return pc + 5, s.multiplyTiles(target, int(modrm&7), int(^code[2]>>3&7))
	case code[3] == 0x4b && (prefix == 3 || prefix == 2) && modrm>>6 == 2 && modrm&7 == 4: // TILELOADD, TILESTORED
		names := [...]string{"AX", "CX", "DX", "BX", "", "BP", "SI", "DI"}
		base, stride := names[code[5]&7], names[code[5]>>3&7]
		if code[5]>>6 != 0 || base == "" || stride == "" {
			return 0, fmt.Errorf("% x has an address that is not known", code)
		}
		at := s.gp[base] + uint64(int32(binary.LittleEndian.Uint32(code[6:])))
		return pc + 10, s.moveTile(target, at, s.gp[stride], prefix == 2)
	}
	return 0, fmt.Errorf("% x is no instruction that is known", code)
}

// configureTiles loads a configuration, checks it as the processor does, and clears the tiles.
func (s *simulator) configureTiles(address uint64) error {
	b, err := s.at(address, 64)
	if err != nil {
		return err
	}
	s.tiles = tileState{configured: true}
	if b[0] != 1 {
		return fmt.Errorf("palette %d", b[0])
	}
	for i, v := range b[1:] {
		if at := i + 1; v != 0 && (at < 16 || at >= 32 && at < 48 || at >= 56) {
			return fmt.Errorf("byte %d of the configuration is %d, want 0", at, v)
		}
	}
	for i := range s.tiles.rows {
		r, n := int(b[48+i]), int(binary.LittleEndian.Uint16(b[16+2*i:]))
		if r > 16 || n > 64 || (r == 0) != (n == 0) {
			return fmt.Errorf("tile %d of %d rows of %d bytes", i, r, n)
		}
		s.tiles.rows[i], s.tiles.bytes[i] = r, n
	}
	return nil
}

// multiplyTiles runs TDPBUSD: c += a·b, bytes of a without a sign, those of b with one.
func (s *simulator) multiplyTiles(c, a, b int) error {
	t := &s.tiles
	if c == a || c == b || a == b || t.rows[c]*t.rows[a]*t.rows[b] == 0 {
		return fmt.Errorf("tiles %d, %d and %d are not to be multiplied", c, a, b)
	}
	if t.rows[c] != t.rows[a] || t.bytes[c] != t.bytes[b] || t.bytes[a] != 4*t.rows[b] || t.bytes[c]%4 != 0 {
		return fmt.Errorf("tiles %d, %d and %d don't fit: rows %d, bytes %d", c, a, b, t.rows, t.bytes)
	}
	for m := range t.rows[c] {
		for n := range t.bytes[c] / 4 {
			sum := binary.LittleEndian.Uint32(t.data[c][m][4*n:])
			for k := range t.rows[b] {
				for i := range 4 {
					sum += uint32(int32(t.data[a][m][4*k+i]) * int32(int8(t.data[b][k][4*n+i])))
				}
			}
			binary.LittleEndian.PutUint32(t.data[c][m][4*n:], sum)
		}
	}
	return nil
}

// moveTile loads a tile, or stores it, by rows that are stride bytes apart.
func (s *simulator) moveTile(i int, address, stride uint64, store bool) error {
	t := &s.tiles
	if t.rows[i] == 0 {
		return fmt.Errorf("tile %d is not configured", i)
	}
	if !store {
		t.data[i] = [16][64]byte{}
	}
	for r := range t.rows[i] {
		b, err := s.at(address+uint64(r)*stride, t.bytes[i])
		if err != nil {
			return err
		}
		if store {
			copy(b, t.data[i][r][:])
		} else {
			copy(t.data[i][r][:], b)
		}
	}
	return nil
}

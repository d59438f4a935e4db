package simulator

import (
	"encoding/binary"
	"fmt"
)

// tileState is what AMX adds to a processor's state: eight matrices of bytes.
type tileState struct {
	configured  bool
	rows, bytes [8]int // of each
	data        [8][16][64]byte
}

// tileInstruction compiles an instruction of AMX, whose bytes stand a line each, and gives how many those are. Encodings
// are those of Intel's manual: VEX with three bytes, of the map 0F38, registers of the lower half.
func tileInstruction(lines []line) (run func(m *machine), taken int, err error) {
	var code [10]uint8
	for i := 0; i < len(code) && i < len(lines) && lines[i].op == "BYTE"; i++ {
		v, err := immediate(lines[i].args[0])
		if err != nil {
			return nil, 0, err
		}
		code[i] = uint8(v)
	}
	if code[0] != 0xc4 || code[1] != 0xe2 || code[2]&0x84 != 0 {
		return nil, 0, fmt.Errorf("% x is no instruction that is known", code)
	}
	prefix, modrm := code[2]&3, code[4]
	target := int(modrm >> 3 & 7)
	switch {
	case code[3] == 0x49 && code[2] == 0x78 && modrm == 0xc0: // TILERELEASE
		return func(m *machine) { m.tiles = tileState{} }, 5, nil
	case code[3] == 0x49 && code[2] == 0x78 && modrm == 0: // LDTILECFG (AX)
		return func(m *machine) { m.configureTiles(m.gp[0]) }, 5, nil
	case code[3] == 0x5e && prefix == 1 && modrm>>6 == 3: // TDPBUSD
		return func(m *machine) { m.multiplyTiles(target, int(modrm&7), int(^code[2]>>3&7)) }, 5, nil
	case code[3] == 0x4b && (prefix == 3 || prefix == 2) && modrm>>6 == 2 && modrm&7 == 4: // TILELOADD, TILESTORED
		const none = 4 // where the stack pointer would be
		base, stride := code[5]&7, code[5]>>3&7
		if code[5]>>6 != 0 || base == none || stride == none {
			return nil, 0, fmt.Errorf("% x has an address that is not known", code)
		}
		disp := uint64(int32(binary.LittleEndian.Uint32(code[6:])))
		return func(m *machine) { m.moveTile(target, m.gp[base]+disp, m.gp[stride], prefix == 2) }, 10, nil
	}
	return nil, 0, fmt.Errorf("% x is no instruction that is known", code)
}

// configureTiles loads a configuration, checks it as the processor does, and clears the tiles.
func (m *machine) configureTiles(address uint64) {
	var b [64]byte
	for i := range b {
		b[i] = byte(read(address+uint64(i), 1))
	}
	m.tiles = tileState{configured: true}
	if b[0] != 1 {
		panic(fmt.Sprintf("palette %d", b[0]))
	}
	for i, v := range b[1:] {
		if at := i + 1; v != 0 && (at < 16 || at >= 32 && at < 48 || at >= 56) {
			panic(fmt.Sprintf("byte %d of the configuration is %d, want 0", at, v))
		}
	}
	for i := range m.tiles.rows {
		r, n := int(b[48+i]), int(binary.LittleEndian.Uint16(b[16+2*i:]))
		if r > 16 || n > 64 || (r == 0) != (n == 0) {
			panic(fmt.Sprintf("tile %d of %d rows of %d bytes", i, r, n))
		}
		m.tiles.rows[i], m.tiles.bytes[i] = r, n
	}
}

// multiplyTiles runs TDPBUSD: c += a·b, bytes of a without a sign, those of b with one.
func (m *machine) multiplyTiles(c, a, b int) {
	t := &m.tiles
	if c == a || c == b || a == b || t.rows[c]*t.rows[a]*t.rows[b] == 0 {
		panic(fmt.Sprintf("tiles %d, %d and %d are not to be multiplied", c, a, b))
	}
	if t.rows[c] != t.rows[a] || t.bytes[c] != t.bytes[b] || t.bytes[a] != 4*t.rows[b] || t.bytes[c]%4 != 0 {
		panic(fmt.Sprintf("tiles %d, %d and %d don't fit: rows %d, bytes %d", c, a, b, t.rows, t.bytes))
	}
	for r := range t.rows[c] {
		for n := range t.bytes[c] / 4 {
			sum := binary.LittleEndian.Uint32(t.data[c][r][4*n:])
			for k := range t.rows[b] {
				for i := range 4 {
					sum += uint32(int32(t.data[a][r][4*k+i]) * int32(int8(t.data[b][k][4*n+i])))
				}
			}
			binary.LittleEndian.PutUint32(t.data[c][r][4*n:], sum)
		}
	}
}

// moveTile loads a tile, or stores it, by rows that are stride bytes apart.
func (m *machine) moveTile(i int, address, stride uint64, store bool) {
	t := &m.tiles
	if t.rows[i] == 0 {
		panic(fmt.Sprintf("tile %d is not configured", i))
	}
	if !store {
		t.data[i] = [16][64]byte{}
	}
	for r := range t.rows[i] {
		row := &t.data[i][r]
		for b := range t.bytes[i] {
			at := address + uint64(r)*stride + uint64(b)
			if store {
				write(at, uint64(row[b]), 1)
			} else {
				row[b] = byte(read(at, 1))
			}
		}
	}
}

// Package image decodes pictures for models that read them encoded: JPEG, PNG, BMP, PNM, TIFF, WebP and JPEG 2000. What
// comes out is, byte for byte, what Pillow gives for
//
//	Image.open(b).convert("RGB")
//
// with the same rounding in every transform, upsampling and conversion of colours, on every platform: models are trained
// on pictures that were read that way. From
//
//	im, err := image.DecodeImage([]byte("P6 2 1 255\n\x10\x20\x30\x40\x50\x60"))
//
// comes a picture of two pixels, (16, 32, 48) and (64, 80, 96).
//
// The package is lifted into users' packages like the kernels, hence its own inflate and its long names.
package image

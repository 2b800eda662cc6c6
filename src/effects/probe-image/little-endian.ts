/** Whole numbers as bytes, least significant first: the order of both processors. */
export const uint16 = (value: number): number[] => littleEndian(value, 2)
export const uint32 = (value: number): number[] => littleEndian(value, 4)
export const uint64 = (value: number): number[] => littleEndian(value, 8)

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, place) => Math.floor(value / 256 ** place) % 256)
}

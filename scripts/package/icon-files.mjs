/** @typedef {ReadonlyMap<number, Buffer>} Pictures PNG files by their width and height in pixels */

/** The sizes that an icon of Windows holds. */
const ICO = [16, 24, 32, 48, 64, 128, 256]

/** The types of an icon of macOS that hold PNG files, and their pixels; those for 2× displays are types of their own. */
const ICNS = /** @type {const} */ ([
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
])

/** The sizes that both need, and Linux' icon theme. */
export const SIZES = [...new Set([...ICO, ...ICNS.map(([, pixels]) => pixels)])].toSorted((a, b) => a - b)

/** @param {Pictures} pictures @param {number} size */
function picture(pictures, size) {
  const found = pictures.get(size)
  if (found === undefined) throw new Error(`there is no picture of ${size} pixels`)
  return found
}

/**
 * An icon file of Windows: a head, an entry of 16 bytes for each picture, the pictures as PNG (Windows Vista and later).
 * @param {Pictures} pictures
 */
export function ico(pictures) {
  const bodies = ICO.map((size) => picture(pictures, size))
  const head = Buffer.alloc(6)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(ICO.length, 4)
  let offset = head.length + ICO.length * 16
  const entries = ICO.map((size, index) => {
    const entry = Buffer.alloc(16)
    const length = bodies[index]?.length ?? 0
    // 256 does not fit into a byte and is written as 0.
    entry.writeUInt8(size % 256, 0)
    entry.writeUInt8(size % 256, 1)
    entry.writeUInt16LE(1, 4)
    entry.writeUInt16LE(32, 6)
    entry.writeUInt32LE(length, 8)
    entry.writeUInt32LE(offset, 12)
    offset += length
    return entry
  })
  return Buffer.concat([head, ...entries, ...bodies])
}

/**
 * An icon file of macOS: a head, then each picture behind its type and length; all numbers big-endian.
 * @param {Pictures} pictures
 */
export function icns(pictures) {
  const parts = ICNS.flatMap(([type, size]) => {
    const body = picture(pictures, size)
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(body.length + 8, 4)
    return [head, body]
  })
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4)
  return Buffer.concat([head, ...parts])
}

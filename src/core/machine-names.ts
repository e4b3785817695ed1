import { PANEL_MACHINE } from '../shared/alarm.ts'

/**
 * Which machines may come in at a door, by patterns: names in which `*` stands for any characters. Null: all. The panel's
 * own name is nobody's.
 */
export function machineNames(patterns: readonly string[] | null): (machine: string) => boolean {
  if (patterns === null) return (machine) => machine !== PANEL_MACHINE
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const globs = patterns.filter((pattern) => pattern.includes('*')).map(glob)
  return (machine) => machine !== PANEL_MACHINE && (names.has(machine) || globs.some((fits) => fits(machine)))
}

/** Without a regular expression, whose time could grow with a power of the name's length. */
function glob(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*')
  const head = parts[0] ?? ''
  const tail = parts.at(-1) ?? ''
  const middle = parts.slice(1, -1)
  return (name) => {
    if (!name.startsWith(head) || !name.endsWith(tail)) return false
    let at = head.length
    for (const part of middle) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at + tail.length <= name.length
  }
}

/** Keys that tell items of a list from each other though some have the same: machines say things twice. In their order. */
export function uniqueKeys(keys: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return keys.map((key) => {
    const before = seen.get(key) ?? 0
    seen.set(key, before + 1)
    return `${before} ${key}`
  })
}

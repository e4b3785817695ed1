/** What a person chose last time. Storage may be full, forbidden or absent: then nothing is remembered, and that is all. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(`andon.${key}`)
  } catch {
    return null
  }
}

export function writeStored(key: string, value: string): void {
  try {
    localStorage.setItem(`andon.${key}`, value)
  } catch {
    // See above.
  }
}

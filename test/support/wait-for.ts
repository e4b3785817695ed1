/** Waits for a condition, looking again every few milliseconds; rejects at the deadline. */
export async function waitFor<T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  { timeout = 10_000, what = 'condition' }: { timeout?: number; what?: string } = {},
): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/**
 * Asks again and again until there is an answer: anything but `undefined` and `false`. Fails after `timeout`
 * milliseconds, naming `what` was awaited.
 */
export async function waitFor<T>(
  ask: () => T | undefined | false,
  { timeout = 5_000, what = 'the awaited condition' }: { readonly timeout?: number; readonly what?: string } = {},
): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    const answer = ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms in vain for ${what}`)
    await new Promise((again) => setTimeout(again, 5))
  }
}

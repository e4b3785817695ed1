/** What a PIN looks like. No password does: those are longer. */
const PIN = /^\d{4,8}$/

export function isPin(text: string): boolean {
  return PIN.test(text)
}

/** What is wrong with a new PIN, for people; null where nothing is. */
export function pinObjection(pin: string): string | null {
  if (!isPin(pin)) return 'A PIN must have 4 to 8 digits.'
  const steps = new Set(Array.from(pin.slice(1), (digit, i) => Number(digit) - Number(pin[i])))
  const [step = 0] = steps
  return steps.size === 1 && Math.abs(step) <= 1 ? 'A PIN must not be one digit over and over, or a row of them.' : null
}

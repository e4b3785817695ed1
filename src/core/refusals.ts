import type { CheckedPassword } from './accounts.ts'

/** Whoever asks may not. The message is for people. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** Signing in did not work. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'

  constructor(
    readonly code: 'sign_in_failed' | 'locked' | 'code_wrong' | 'not_lasting' | 'not_found',
    message: string,
    /** Milliseconds after which it can work. */
    readonly retryAfter: number | null = null,
  ) {
    super(message)
  }
}

/** What somebody is told whose password or PIN was not taken. `now`: epoch milliseconds. */
export function refusalOf(
  checked: Exclude<CheckedPassword, { readonly kind: 'right' }>,
  now: number,
  message: string,
): SignInRefused {
  if (checked.kind === 'wrong') return new SignInRefused('sign_in_failed', message)
  const wait = checked.until - now
  return new SignInRefused('locked', `Too many wrong tries. Try again in ${Math.ceil(wait / 1000)} seconds.`, wait)
}

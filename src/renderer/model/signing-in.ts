import { Value } from 'typebox/value'
import { type SignInState, SignInStateSchema } from '../../shared/account.ts'

/** What signing in can come to; what the panel itself says is shown as it is. */
export type Signed = { readonly ok: true } | { readonly ok: false; readonly message: string | null }

/** Whether signing in is needed; null where the panel does not answer. `base`: the page's own address. */
export async function signInState(base: string): Promise<SignInState | null> {
  try {
    const answer = await fetch(new URL('api/v1/sign-in', base))
    const value: unknown = await answer.json()
    return answer.ok && Value.Check(SignInStateSchema, value) ? value : null
  } catch {
    // No link: the page says so by itself.
    return null
  }
}

/** Signs in, or makes the first administrator where a `code` goes with it. */
export async function signIn(base: string, path: 'sign-in' | 'first-administrator', body: object): Promise<Signed> {
  try {
    const answer = await fetch(new URL(`api/v1/${path}`, base), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.ok) return { ok: true }
    const { detail } = (await answer.json()) as { readonly detail?: unknown }
    return { ok: false, message: typeof detail === 'string' ? detail : null }
  } catch {
    return { ok: false, message: null }
  }
}

/** True where the panel knows who this is, or asks nobody. */
export async function isSignedIn(base: string): Promise<boolean> {
  try {
    return (await fetch(new URL('api/v1/me', base))).ok
  } catch {
    return false
  }
}

import { Value } from 'typebox/value'
import { type About, AboutSchema } from '../../shared/about.ts'

/** What the panel that the page came from is made of; null where it does not say. `base`: the page's own address. */
export async function askAbout(base: string, signal: AbortSignal): Promise<About | null> {
  try {
    const response = await fetch(new URL('api/v1/about', base), { signal })
    const value: unknown = response.ok ? await response.json() : null
    return Value.Check(AboutSchema, value) ? value : null
  } catch {
    // The link is down, which the page's head says.
    return null
  }
}

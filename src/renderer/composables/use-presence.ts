import { onScopeDispose, watch } from 'vue'
import { useIdentity } from '../stores/identity.ts'
import { requests } from '../stores/requests.ts'

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

/** The panel is told at most so often, milliseconds: it locks after minutes. */
const EVERY_MS = 20_000

/** Tells the panel that somebody is at the machine's own display, where it locks when nobody is. */
export function usePresence(): void {
  const identity = useIdentity()
  let told = -Infinity

  function tell(): void {
    if (performance.now() - told < EVERY_MS) return
    told = performance.now()
    void requests.do('display/used', { method: 'POST' })
  }

  const stop = (): void => SIGNS.forEach((sign) => removeEventListener(sign, tell))
  watch(
    () => identity.me?.lockable === true,
    (lockable) => {
      stop()
      if (lockable) SIGNS.forEach((sign) => addEventListener(sign, tell, { passive: true }))
    },
    { immediate: true },
  )
  onScopeDispose(stop)
}

import { defineStore } from 'pinia'
import { Value } from 'typebox/value'
import { computed, shallowRef, watch } from 'vue'
import {
  type Action,
  type Me,
  MeSchema,
  SignedOutSchema,
  type SignInState,
  SignInStateSchema,
} from '../../shared/account.ts'
import type { Answered } from '../model/requests.ts'
import { requests } from './requests.ts'
import { useSession } from './session.ts'

/** Who sits at this page, as the panel knows them, and what they may do. */
export const useIdentity = defineStore('identity', () => {
  const session = useSession()
  /** Null: not known yet, or nobody. */
  const me = shallowRef<Me | null>(null)
  const state = shallowRef<SignInState | null>(null)
  const signedIn = computed(() => me.value?.by === 'sign_in')
  let asked = 0

  /** Asks who this is. True where the panel knows, or asks nobody. */
  async function refresh(): Promise<boolean> {
    asked += 1
    const own = asked
    const [who, what] = await Promise.all([requests.ask(MeSchema, 'me'), requests.ask(SignInStateSchema, 'sign-in')])
    if (own === asked) {
      if (who.ok || who.refusal.code !== 'unreachable') me.value = who.ok ? who.value : null
      if (what.ok) state.value = what.value
    }
    return who.ok
  }

  // With every link the panel looks anew who is there.
  watch(
    () => session.live,
    (live) => {
      if (live) void refresh()
    },
    { immediate: true },
  )

  /** True where the role allows it, and while it is not known: the panel has the last word. */
  function may(action: Action): boolean {
    return me.value === null || me.value.may.includes(action)
  }

  /** Whoever signs in is somebody else to the panel than this page was: the session begins anew. */
  async function signIn(path: 'sign-in' | 'first-administrator', body: object): Promise<Answered<unknown>> {
    const answered = await requests.do(path, { method: 'POST', body })
    if (answered.ok) {
      session.reconnect()
      await refresh()
    }
    return answered
  }

  async function signOut(): Promise<Answered<unknown>> {
    const answered = await requests.do('sign-out', { method: 'POST' })
    if (!answered.ok) return answered
    // Whoever vouched for them is told, too, and leads back here or not.
    if (Value.Check(SignedOutSchema, answered.value)) window.location.assign(answered.value.end_session_url)
    else await refresh()
    return answered
  }

  /** Locks the machine's own display. */
  async function lock(): Promise<Answered<unknown>> {
    const answered = await requests.do('display/lock', { method: 'POST' })
    if (answered.ok) await refresh()
    return answered
  }

  /** Makes the window of a kiosk an ordinary one, with an administrator's PIN. */
  async function leaveKiosk(pin: string): Promise<Answered<unknown>> {
    const answered = await requests.do('kiosk/leave', { method: 'POST', body: { pin } })
    if (answered.ok) await refresh()
    return answered
  }

  return { me, state, signedIn, refresh, may, signIn, signOut, lock, leaveKiosk }
})

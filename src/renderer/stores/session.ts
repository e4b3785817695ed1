import { acceptHMRUpdate, defineStore } from 'pinia'
import { computed, markRaw, onScopeDispose, ref, shallowRef } from 'vue'
import { SessionClient } from '../../client/session-client.ts'
import type { LinkStatus } from '../../client/status.ts'
import type { Health } from '../../shared/health.ts'
import type { Capabilities } from '../../shared/messages.ts'
import { PlantLookup } from '../../shared/plant-lookup.ts'
import { Source } from '../model/source.ts'
import { useClock } from './clock.ts'
import { connectToPanel } from './connect.ts'

/**
 * The session with the panel: it connects when the store is created and lives as long as the page, whatever is shown.
 * What comes in is folded at once and published at most once for each frame.
 */
export const useSession = defineStore('session', () => {
  const clock = useClock()
  const status = shallowRef<LinkStatus>({ kind: 'connecting' })
  const health = shallowRef<Health | null>(null)
  /** What this way of reaching the panel can do; null before the first welcome. */
  const capabilities = shallowRef<Capabilities | null>(null)
  /** Id of this session, by which its own control is told from others'; null before the first welcome. */
  const id = ref<string | null>(null)
  /** Changes whenever browsers were signed in or out, or may have been. */
  const signIns = ref(0)
  /** What is described of the plant. */
  const plant = shallowRef(new PlantLookup())
  /** Events were missed while the link was lost, and the person has not dismissed the notice yet. */
  const gap = ref(false)
  /** How many values this viewer was too slow to be shown. */
  const conflated = ref(0)
  const live = computed(() => status.value.kind === 'live')
  /** What is shown is what is, now, so that a person may act upon it. */
  const mayAct = computed(() => live.value && clock.present && !clock.stale)
  const refusedCount = computed(() => {
    let count = 0
    for (const listener of health.value?.listeners ?? []) {
      for (const refused of Object.values(listener.refused)) count += refused
    }
    return count
  })

  const client = new SessionClient({
    connect: connectToPanel(),
    client: { name: 'andon-panel' },
    online: () => navigator.onLine,
  })
  // Raw: a reactive proxy would stand before its private fields.
  const source = markRaw(
    new Source(
      () => client.replica.state,
      (run) => requestAnimationFrame(run),
    ),
  )
  /** There is something to show. */
  const loaded = computed(() => source.loaded.value)

  client.listen({
    status: (next) => {
      status.value = next
      if (next.kind === 'live') clock.heard()
      clock.setLive(next.kind === 'live')
    },
    welcome: (welcome) => {
      clock.sync(welcome.time)
      clock.heard()
      capabilities.value = welcome.capabilities
      id.value = welcome.session
    },
    signIns: () => {
      signIns.value += 1
    },
    plant: (next) => {
      plant.value = new PlantLookup(next)
    },
    snapshot: (snapshot) => {
      clock.heard()
      if (snapshot.reset && loaded.value) gap.value = true
      source.replaced()
    },
    events: (events, message) => {
      clock.heard()
      for (const each of message.conflated ?? []) {
        source.machines.touchName(each.machine)
        conflated.value += each.events
      }
      source.folded(events)
    },
    health: (next) => {
      clock.sync(next.time)
      clock.heard()
      health.value = next
    },
  })

  const retryNow = (): void => client.retryNow()
  addEventListener('online', retryNow)
  onScopeDispose(() => {
    removeEventListener('online', retryNow)
    client.close()
  })

  return {
    id,
    signIns,
    plant,
    client: markRaw(client),
    status,
    live,
    mayAct,
    loaded,
    health,
    capabilities,
    refusedCount,
    gap,
    conflated,
    source,
    retryNow,
    reconnect: (): void => client.reconnect(),
  }
})

if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useSession, import.meta.hot))

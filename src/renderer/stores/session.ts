import { acceptHMRUpdate, defineStore } from 'pinia'
import { computed, markRaw, onScopeDispose, ref, shallowRef } from 'vue'
import { SessionClient } from '../../client/session-client.ts'
import type { LinkStatus } from '../../client/status.ts'
import { viewEvent } from '../../shared/event.ts'
import type { Health } from '../../shared/health.ts'
import type { Capabilities } from '../../shared/messages.ts'
import { EventFeed } from '../model/event-feed.ts'
import { FramePublisher } from '../model/frame-publisher.ts'
import { MachineTable } from '../model/machine-table.ts'
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
  /** There is something to show. */
  const loaded = ref(false)
  /** Events were missed while the link was lost, and the person has not dismissed the notice yet. */
  const gap = ref(false)
  /** How many values this viewer was too slow to be shown. */
  const conflated = ref(0)
  // Raw: a reactive proxy would stand before their private fields.
  const machines = markRaw(new MachineTable())
  const feed = markRaw(new EventFeed())
  /** Changes whenever the feed has changed. */
  const feedVersion = ref(0)
  const live = computed(() => status.value.kind === 'live')
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
  const publisher = new FramePublisher(
    (run) => requestAnimationFrame(run),
    () => {
      machines.publish(client.replica.state.machines)
      feedVersion.value += 1
    },
  )

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
    },
    snapshot: (snapshot) => {
      clock.heard()
      if (snapshot.reset && loaded.value) gap.value = true
      machines.touchAll()
      feed.load(client.replica.state.recent.map(viewEvent))
      loaded.value = true
      publisher.request()
    },
    events: (events, message) => {
      clock.heard()
      for (const each of message.conflated ?? []) {
        machines.touchName(each.machine)
        conflated.value += each.events
      }
      for (const event of events) machines.touch(event)
      feed.append(events)
      publisher.request()
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
    status,
    live,
    loaded,
    health,
    capabilities,
    refusedCount,
    gap,
    conflated,
    machines,
    feed,
    feedVersion,
    /** The feed was paused, resumed or filtered by a person. */
    touchFeed: () => publisher.request(),
    retryNow,
  }
})

if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useSession, import.meta.hot))

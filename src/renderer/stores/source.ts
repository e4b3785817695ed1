import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useReplay } from './replay.ts'
import { useSession } from './session.ts'

/** What the views show, wherever it comes from: the live session, or the replay while one is on. */
export const useSource = defineStore('source', () => {
  const session = useSession()
  const replay = useReplay()
  const current = computed(() => replay.source ?? session.source)
  return {
    machines: computed(() => current.value.machines),
    devices: computed(() => current.value.devices),
    executions: computed(() => current.value.executions),
    hardware: computed(() => current.value.hardware),
    commands: computed(() => current.value.commands),
    control: computed(() => current.value.control),
    alarms: computed(() => current.value.alarms),
    links: computed(() => current.value.links),
    feed: computed(() => current.value.feed),
    /** Changes whenever the feed has changed. */
    feedVersion: computed(() => current.value.version.value),
    /** There is something to show. */
    loaded: computed(() => current.value.loaded.value),
    /** The feed was paused, filtered or added to. */
    touchFeed: (): void => current.value.changed(),
  }
})

import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref } from 'vue'
import { nextOffset } from '../model/clock-offset.ts'

const TICK_MS = 1_000

/**
 * The panel's clock, as well as this viewer can know it, ticking once a second for the whole app. While the link is
 * lost, `asOf` stands still at the last sign of life: ages of what is shown must not grow with what is not known.
 */
export const useClock = defineStore('clock', () => {
  let offset: number | null = null
  /** This device's own clock; only for what this device does, such as the next attempt. */
  const local = ref(Date.now())
  const now = ref(local.value)
  /** The panel's clock at its last sign of life. */
  const heardAt = ref<number | null>(null)
  const live = ref(false)
  const asOf = computed(() => (live.value ? now.value : (heardAt.value ?? now.value)))
  /** The panel's clock to the minute, for what need not look every second. */
  const minute = computed(() => now.value - (now.value % 60_000))
  /** How old what is shown is, in milliseconds; 0 while it is live. */
  const age = computed(() => Math.max(0, now.value - asOf.value))

  function tick(): void {
    local.value = Date.now()
    now.value = local.value + (offset ?? 0)
  }

  /** A message of the panel carried its time. */
  function sync(panelTime: number): void {
    offset = nextOffset(offset, panelTime, Date.now())
  }

  /** The panel gave a sign of life. */
  function heard(): void {
    lastHeard = Date.now()
  }
  let lastHeard: number | null = null

  function setLive(value: boolean): void {
    if (live.value && !value && lastHeard !== null) heardAt.value = lastHeard + (offset ?? 0)
    live.value = value
    tick()
  }

  const timer = setInterval(tick, TICK_MS)
  // A hidden page's timers are slow; the first look at it must not show old ages.
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })

  return { local, now, minute, asOf, age, live, sync, heard, setLive }
})

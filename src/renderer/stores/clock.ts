import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref } from 'vue'
import { nextOffset } from '../model/clock-offset.ts'

const TICK_MS = 1_000

/** A live panel answers a ping at least every ten seconds. */
const STALE_MS = 15_000

/**
 * The panel's clock, as well as this viewer can know it, ticking once a second for the whole app. While the link is
 * lost, `asOf` stands still at the last sign of life: ages of what is shown must not grow with what is not known. While
 * the past is replayed, it is the moment that is shown.
 */
export const useClock = defineStore('clock', () => {
  let offset: number | null = null
  let lastHeard: number | null = null
  /** This device's own clock; only for what this device does, such as the next attempt. */
  const local = ref(Date.now())
  const now = ref(local.value)
  /** The panel's clock at its last sign of life. */
  const heardAt = ref<number | null>(null)
  const live = ref(false)
  /** The moment that a replay shows; null where what is shown is the present. */
  const replayed = ref<number | null>(null)
  /** The last moment that the panel told of. */
  const known = computed(() => (live.value ? now.value : (heardAt.value ?? now.value)))
  const asOf = computed(() => replayed.value ?? known.value)
  /** What is shown is the present, and moves with it. */
  const present = computed(() => live.value && replayed.value === null)
  /** The shown moment to the minute, for what need not look every second. */
  const minute = computed(() => {
    const at = replayed.value ?? now.value
    return at - (at % 60_000)
  })
  /** How old what the panel told is, in milliseconds; 0 while it is live. */
  const age = computed(() => Math.max(0, now.value - known.value))
  /** The link is said to be live, but the panel has been silent for too long to act upon what it said. */
  const stale = ref(false)

  function tick(): void {
    local.value = Date.now()
    now.value = local.value + (offset ?? 0)
    stale.value = lastHeard !== null && local.value - lastHeard > STALE_MS
  }

  /** A message of the panel carried its time. */
  function sync(panelTime: number): void {
    offset = nextOffset(offset, panelTime, Date.now())
  }

  /** The panel gave a sign of life. */
  function heard(): void {
    lastHeard = Date.now()
    stale.value = false
  }

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

  return { local, now, minute, asOf, age, live, replayed, present, stale, sync, heard, setLive }
})

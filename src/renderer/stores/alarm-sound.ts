import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { readStored, writeStored } from '../composables/stored.ts'
import { soundOf, TONE_PATTERNS } from '../model/alarm-tones.ts'
import { TonePlayer } from '../model/tone-player.ts'
import { useReplay } from './replay.ts'
import { useSession } from './session.ts'

/** What a browser takes for a person's gesture. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const

/**
 * The sound of this display: the pattern of the highest priority that sounds, again and again, until somebody
 * acknowledges or silences it. Never of the past, and not of what is no longer known to be so.
 */
export const useAlarmSound = defineStore('alarm-sound', () => {
  const session = useSession()
  const replay = useReplay()
  /** This display is to be silent; remembered here and not by the panel. */
  const muted = ref(readStored('sound') === 'off')
  /** The browser lets nothing sound before a person's first gesture. */
  const unlocked = ref(navigator.userActivation.hasBeenActive)
  /** What is to be heard, whether or not this display can. */
  const wanted = computed(() => (replay.active || !session.live ? null : soundOf(session.source.alarms.all())))
  const heard = computed(() => (muted.value || !unlocked.value ? null : wanted.value))
  let player: TonePlayer | null = null
  let timer: ReturnType<typeof setInterval> | undefined

  function unlock(): void {
    if (!navigator.userActivation.hasBeenActive) return
    unlocked.value = true
    for (const gesture of GESTURES) removeEventListener(gesture, gestured, true)
  }

  /** Not the press of the switch itself: it would find the sound on already, and switch it off. */
  function gestured({ target }: Event): void {
    if (!(target instanceof Element && target.closest('[data-sound]'))) unlock()
  }
  if (!unlocked.value) for (const gesture of GESTURES) addEventListener(gesture, gestured, true)

  // A new raise of the same priority begins anew, so that it is heard as one.
  watch(
    () => (heard.value ? `${heard.value.priority} ${heard.value.raised}` : null),
    () => {
      clearInterval(timer)
      if (!heard.value) {
        player?.stop()
        return
      }
      const pattern = TONE_PATTERNS[heard.value.priority]
      const own = (player ??= new TonePlayer())
      own.play(pattern)
      timer = setInterval(() => own.play(pattern), pattern.every)
    },
    { immediate: true },
  )

  function mute(): void {
    muted.value = true
    writeStored('sound', 'off')
  }

  /** To be called out of a person's gesture. Where nothing sounds just now, one tone says that it can. */
  function enable(): void {
    muted.value = false
    writeStored('sound', 'on')
    unlock()
    if (!wanted.value && unlocked.value) (player ??= new TonePlayer()).play(TONE_PATTERNS.low)
  }

  onScopeDispose(() => {
    clearInterval(timer)
    player?.close()
    for (const gesture of GESTURES) removeEventListener(gesture, gestured, true)
  })

  return { muted, unlocked, heard, mute, enable }
})

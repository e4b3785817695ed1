import { ref, type Ref, shallowRef, watch } from 'vue'
import type { TagValue } from '../../shared/device.ts'
import type { Obstacle } from '../model/obstacle.ts'

/**
 * A value that a person is about to write and has not written. Whatever comes in the way (the link is lost, control is
 * gone, the machine falls silent) drops it at once and for good: `dropped` says why, and nothing is sent, then or later.
 */
export function useDraft(obstacle: Readonly<Ref<Obstacle | null>>) {
  const draft = ref<TagValue>()
  const dropped = shallowRef<Obstacle | null>(null)
  /** Changes where what is being dragged or typed must be let go of. */
  const turn = ref(0)

  watch(
    obstacle,
    (now, before) => {
      if (!now) return
      if (draft.value !== undefined) dropped.value = now
      draft.value = undefined
      if (!before) turn.value += 1
    },
    { flush: 'sync' },
  )

  function change(value: TagValue | undefined): void {
    if (obstacle.value) return
    draft.value = value
    if (value !== undefined) dropped.value = null
  }

  return { draft, dropped, turn, change }
}

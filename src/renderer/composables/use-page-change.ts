import { nextTick, onScopeDispose, type Ref } from 'vue'
import type { Router } from 'vue-router'

/**
 * What happens when another page is shown: the focus goes to its heading, for those who listen, and it is found again
 * where it was left. Returns the function that brings the focus to the page.
 */
export function usePageChange(router: Router, main: Readonly<Ref<HTMLElement | null>>): () => void {
  const places = new Map<string, number>()
  const focusPage = (): void => main.value?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })

  const stopBefore = router.beforeEach((_, from) => {
    if (main.value) places.set(from.path, main.value.scrollTop)
  })
  const stopAfter = router.afterEach(async (to, from) => {
    await nextTick()
    if (main.value) main.value.scrollTop = places.get(to.path) ?? 0
    // The first page takes nobody's focus away.
    if (from.matched.length > 0 && from.path !== to.path) focusPage()
  })
  onScopeDispose(() => {
    stopBefore()
    stopAfter()
  })
  return focusPage
}

/**
 * Brings the focus back to where a person was before the second look took it: to the slider they dragged, not to a field
 * that would call up the keyboard of a touch screen.
 */
export function useReturnFocus() {
  let from: HTMLElement | null = null

  function remember(): void {
    from = document.activeElement instanceof HTMLElement ? document.activeElement : null
  }

  function goBack(): void {
    if (from?.isConnected === true) from.focus()
    from = null
  }

  return { remember, goBack }
}

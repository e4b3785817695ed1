import { i18n } from './i18n/index.ts'

/**
 * Says over everything else that the page has failed. Not drawn by Vue, which may be what has failed: then what stands on
 * the page looks as if it were so now.
 */
export function showPageFault(): void {
  if (document.querySelector('.page-fault')) return
  const { t } = i18n.global
  const bar = document.createElement('div')
  bar.className = 'page-fault'
  bar.role = 'alert'
  bar.dataset['testid'] = 'page-fault'
  const said = document.createElement('p')
  said.textContent = t('app.fault')
  const again = document.createElement('button')
  again.type = 'button'
  again.textContent = t('app.reload')
  again.addEventListener('click', () => location.reload())
  bar.append(said, again)
  document.body.append(bar)
}

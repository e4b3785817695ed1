import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { machineOfParam } from '../model/machine-route.ts'
import { useAlarms } from '../stores/alarms.ts'
import { useReplay } from '../stores/replay.ts'

/** Keeps the document's title that of the page, in the chosen language. */
export function useTitle(): void {
  const route = useRoute()
  const { t } = useI18n()
  const replay = useReplay()
  const alarms = useAlarms()

  function pageTitle(): string {
    switch (route.name) {
      case 'overview':
        return t('overview.title')
      case 'machine':
        return machineOfParam(String(route.params['name']))
      case 'alarms':
        return t('alarms.title')
      case 'devices':
        return t('devices.title')
      case 'device':
        return machineOfParam(String(route.params['device']))
      case 'trends':
        return t('trends.title')
      case 'executions':
        return t('execution.title')
      case 'execution':
        return t('execution.one')
      case 'workflow-run':
        return t('run.title')
      case 'events':
        return t('events.title')
      case 'logs':
        return t('log.page')
      case 'links':
        return t('links.title')
      case 'panel':
        return t('panel.title')
      case 'settings':
        return t('settings.title')
      case 'about':
        return t('about.title')
      case 'gallery':
        return t('gallery.title')
      case 'leave-kiosk':
        return t('people.kiosk.title')
      case 'sign-in':
        return t('signIn.title')
      case 'account':
        return t('people.own.title')
      case 'accounts':
        return t('people.accounts.title')
      case 'audit':
        return t('people.audit.title')
      case 'not-found':
        return t('notFound.title')
      case undefined:
      default:
        return ''
    }
  }

  watchEffect(() => {
    const page = pageTitle()
    const words = [replay.active ? t('replay.title') : '', page, t('app.name')]
    // For whoever has the panel among other windows: how many alarms nobody has taken note of.
    const count = alarms.liveUnacknowledged
    const before = count > 0 ? `(${count}) ` : ''
    document.title = before + words.filter((word) => word !== '').join(' · ')
  })
}

import { powerMonitor } from 'electron'
import type { Log } from '../../core/log.ts'
import type { Panel } from '../panel.ts'

/** Tells the panel when the computer sleeps and wakes, and `shutdown` when it shuts down (Linux and macOS). */
export function watchPower(panel: Pick<Panel, 'suspended' | 'resumed'>, log: Log, shutdown: () => void): void {
  powerMonitor.on('suspend', () => {
    log.info({}, 'the computer is about to sleep')
    panel.suspended()
  })
  powerMonitor.on('resume', () => {
    log.info({}, 'the computer is awake again')
    panel.resumed()
  })
  // Electron's types lack the event. Prevented, the system waits a while for the panel to end in order.
  powerMonitor.on('shutdown', (event?: { preventDefault?: () => void }) => {
    event?.preventDefault?.()
    shutdown()
  })
}

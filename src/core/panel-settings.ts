import type { SettingChanges, SettingsView } from '../shared/settings.ts'
import type { Access } from './access.ts'
import type { Audit } from './audit.ts'
import { requireRight } from './denial.ts'

/** The settings cannot be changed so, or the panel cannot be restarted now. The message is for people. */
export class SettingsObjection extends Error {
  override readonly name = 'SettingsObjection'

  constructor(
    readonly code:
      'settings_changed' | 'setting_refused' | 'settings_unwritable' | 'commands_under_way' | 'restart_unavailable',
    message: string,
  ) {
    super(message)
  }
}

/** Where settings are kept. */
export interface SettingsFile {
  view(): Promise<SettingsView>
  /**
   * Changes the file if it is still the one with this version, and returns what stood there before.
   * Rejects with a {@link SettingsObjection}.
   */
  change(changes: SettingChanges, version: string | null): Promise<Readonly<Record<string, unknown>>>
}

export interface PanelSettingsOptions {
  readonly file: SettingsFile
  readonly audit: Pick<Audit, 'record'>
  /** Commands whose outcome is open. */
  readonly underWay: () => number
  /** Ends the panel and starts it again; null where nothing can. */
  readonly restart: (() => void) | null
}

/** The panel's own settings: everything asks the rights table first, and is written down. */
export class PanelSettings {
  readonly #options: PanelSettingsOptions
  #restarting = false

  constructor(options: PanelSettingsOptions) {
    this.#options = options
  }

  /** Rejects with Forbidden. */
  async view(access: Access): Promise<SettingsView> {
    this.#require(access, 'settings_seen')
    return { ...(await this.#options.file.view()), can_restart: this.#options.restart !== null }
  }

  /** Rejects with Forbidden and {@link SettingsObjection}. */
  async change(access: Access, changes: SettingChanges, version: string | null): Promise<SettingsView> {
    this.#require(access, 'settings_changed')
    const { file, audit } = this.#options
    try {
      const old = await file.change(changes, version)
      audit.record(access, { action: 'settings_changed', target: 'panel', old, new: changes })
    } catch (error) {
      // Values that were not taken may be anything, a secret in the wrong field too.
      const result = error instanceof SettingsObjection ? error.code : 'failed'
      audit.record(access, { action: 'settings_changed', target: 'panel', new: { keys: Object.keys(changes) }, result })
      throw error
    }
    return this.view(access)
  }

  /** Returns what restarts the panel once the answer is on its way. Throws Forbidden, {@link SettingsObjection}. */
  restart(access: Access): () => void {
    const { audit, underWay, restart } = this.#options
    this.#require(access, 'restarted')
    const refuse = (code: 'commands_under_way' | 'restart_unavailable', message: string): never => {
      audit.record(access, { action: 'restarted', target: 'panel', result: code })
      throw new SettingsObjection(code, message)
    }
    if (restart === null) {
      return refuse('restart_unavailable', 'This panel cannot restart itself. Start it again by hand.')
    }
    if (underWay() > 0) {
      return refuse('commands_under_way', 'A machine has not answered a command yet. Try again when it has.')
    }
    if (this.#restarting) return refuse('restart_unavailable', 'The panel starts again already.')
    this.#restarting = true
    audit.record(access, { action: 'restarted', target: 'panel' })
    return restart
  }

  #require(access: Access, action: string): void {
    requireRight(this.#options.audit, access, 'settings', { action, target: 'panel' })
  }
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import type { Log } from '../../core/log.ts'

/**
 * Chromium keeps its profile with the panel's other files; by default it would lie among the configuration. Two panels
 * with folders of their own may run side by side, two with the same may not.
 */
export function useProfile(dataDir: string, log: Log): void {
  const profile = join(dataDir, 'window')
  try {
    mkdirSync(profile, { recursive: true, mode: 0o750 })
    app.setPath('userData', profile)
    // Kept beside the panel's other files for whoever looks into a crash; never sent anywhere.
    app.setPath('crashDumps', join(dataDir, 'crashes'))
  } catch (error) {
    // The panel runs without its folder, and says so itself; its window then does as well.
    log.warn({ err: error }, 'the window keeps its profile in the usual place')
  }
}

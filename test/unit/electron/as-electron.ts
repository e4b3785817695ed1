import type { BrowserWindow, Session } from 'electron'
import type { BrowserWindow as FakeWindow, FakeSession } from './fake-electron.ts'

/** The fake in place of the real one; what it lacks, nobody here may ask for. */
export function asSession(session: FakeSession): Session {
  return session as unknown as Session
}

export function asWindow(window: FakeWindow): BrowserWindow {
  return window as unknown as BrowserWindow
}

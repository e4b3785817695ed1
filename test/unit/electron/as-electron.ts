import type { Session } from 'electron'
import type { FakeSession } from './fake-electron.ts'

/** The fake in place of the real one; what it lacks, nobody here may ask for. */
export function asSession(session: FakeSession): Session {
  return session as unknown as Session
}

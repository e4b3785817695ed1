import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new folder that goes away with the test. Short, because a socket's path may have only 107 bytes. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'andon-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

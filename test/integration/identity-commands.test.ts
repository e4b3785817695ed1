import { DatabaseSync } from '@photostructure/sqlite'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compose } from '../../src/main/compose.ts'
import { runCommand } from '../../src/main/commands/command.ts'
import { Browser, PASSWORD, Plant } from '../support/identity.ts'
import { CONFIG_THREAD, JOURNAL_THREAD, startPanel, testConfig } from '../support/panel.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { tempDir } from '../support/temp-dir.ts'

const secret = (): Promise<string> => Promise.resolve(PASSWORD)

test('audit verify finds any row that was changed, removed, reordered or cut off in the file', async () => {
  const dir = tempDir()
  const data = join(dir, 'data')
  const plant = await Plant.start([], dir)
  await plant.person('anna', 'operator')
  await plant.person('boris', 'viewer')
  const verify = () => runCommand(['audit', 'verify', '--data-dir', data], { secret })
  await plant.panel.close()
  const whole = await verify()
  expect(whole).toMatchObject({ code: 0 })
  expect(whole.text).toMatch(/^The audit is whole: \d+ rows/)

  const file = join(data, 'accounts.db')
  // Whoever can write the file can take the triggers out.
  const tamper = (...sql: string[]): void => {
    const database = new DatabaseSync(file)
    database.exec('DROP TRIGGER IF EXISTS audit_not_changed; DROP TRIGGER IF EXISTS audit_not_deleted')
    for (const each of sql) database.exec(each)
    database.close()
  }
  const found = async (): Promise<void> => expect(await verify()).toMatchObject({ code: 1 })
  tamper('CREATE TABLE kept AS SELECT * FROM audit', 'CREATE TABLE kept_head AS SELECT * FROM audit_head')
  const restore = ['DELETE FROM audit', 'INSERT INTO audit SELECT * FROM kept', 'DELETE FROM audit_head']
  const again = (): void => tamper(...restore, 'INSERT INTO audit_head SELECT * FROM kept_head')
  for (const sql of [
    ["UPDATE audit SET who = 'eve' WHERE number = 2"],
    ['DELETE FROM audit WHERE number = 3'],
    ['DELETE FROM audit WHERE number = 3', 'UPDATE audit SET number = number - 1 WHERE number > 3'],
    [
      'UPDATE audit SET number = -1 WHERE number = 2',
      'UPDATE audit SET number = 2 WHERE number = 3',
      'UPDATE audit SET number = 3 WHERE number = -1',
    ],
    ['DELETE FROM audit WHERE number > 3'],
    [
      'DELETE FROM audit WHERE number > 3',
      'UPDATE audit_head SET count = 3, hash = (SELECT hash FROM audit WHERE number = 3)',
    ],
    ['DELETE FROM audit'],
    [
      "UPDATE audit SET result = 'done' WHERE number = (SELECT max(number) FROM audit)",
      'UPDATE audit SET time = time + 1',
    ],
  ]) {
    tamper(...sql)
    await found()
    again()
    expect(await verify()).toMatchObject({ code: 0 })
  }
  rmSync(join(data, 'audit-anchor.json'))
  await found()
})

test('accounts on the command line count in a panel that runs, and let it listen beyond loopback', async () => {
  const dir = tempDir()
  const data = join(dir, 'data')
  const command = (...words: string[]) => runCommand([...words, '--data-dir', data], { secret })
  expect(() => testConfig(['--host', '0.0.0.0'], dir)).toThrow('administrator')
  const open = await startPanel([], { dir })
  expect((await command('account', 'add', 'anna', '--role', 'operator')).code).toBe(2)
  expect(await command('account', 'add', 'Anna', '--role', 'administrator')).toMatchObject({ code: 0 })
  const browser = new Browser(open.url)
  expect((await browser.ask('/api/v1/me')).status).toBe(401)
  expect((await browser.signIn('anna')).status).toBe(200)
  expect((await command('account', 'list')).text).toBe('anna\tadministrator\n')
  expect(await command('account', 'disable', 'anna')).toMatchObject({ code: 1 })
  expect(await command('account', 'add', 'boris', '--role', 'viewer')).toMatchObject({ code: 0 })
  expect(await command('account', 'disable', 'boris')).toMatchObject({ code: 0 })
  expect((await browser.signIn('boris')).status).toBe(401)
  for (const words of [['account'], ['account', 'add'], ['account', 'add', 'x', '--role', 'king'], ['audit', 'burn']]) {
    expect((await command(...words)).code).toBe(2)
  }
  await open.close()
  expect(testConfig(['--host', '0.0.0.0'], dir).host).toBe('0.0.0.0')
  expect(await command('audit', 'verify')).toMatchObject({ code: 0 })
})

test('accounts that are there and cannot be read do not open the panel to everybody', async () => {
  const dir = tempDir()
  const plant = await Plant.start([], dir)
  await plant.panel.close()
  rmSync(join(dir, 'data', 'accounts.db-wal'), { force: true })
  writeFileSync(join(dir, 'data', 'accounts.db'), 'no database at all')
  await expect(
    compose(testConfig([], dir), {
      log: new MemoryLog(),
      rendererDir: dir,
      journalThread: JOURNAL_THREAD,
      configThread: CONFIG_THREAD,
    }),
  ).rejects.toThrow('accounts')
})

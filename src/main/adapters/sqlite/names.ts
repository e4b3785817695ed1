import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'

/** Machine names and event types as small numbers, so that rows and indexes stay small. */
export class Names {
  readonly #ids = new Map<string, number>()
  readonly #names = new Map<number, string>()
  readonly #select: StatementSyncInstance
  readonly #selectName: StatementSyncInstance
  readonly #insert: StatementSyncInstance

  constructor(database: DatabaseSyncInstance) {
    this.#select = database.prepare('SELECT id FROM names WHERE name = ?')
    this.#selectName = database.prepare('SELECT name FROM names WHERE id = ?')
    this.#insert = database.prepare('INSERT INTO names (name) VALUES (?)')
  }

  /** The number of a name, given to it now where it had none. */
  idOf(name: string): number {
    return this.find(name) ?? this.#remember(name, Number(this.#insert.run(name).lastInsertRowid))
  }

  /** The number of a name, undefined where it has none. */
  find(name: string): number | undefined {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const row = this.#select.get(name) as { id: number } | undefined
    return row && this.#remember(name, row.id)
  }

  nameOf(id: number): string {
    const known = this.#names.get(id)
    if (known !== undefined) return known
    const row = this.#selectName.get(id) as { name: string } | undefined
    if (!row) throw new Error(`the journal has no name ${id}`)
    this.#remember(row.name, id)
    return row.name
  }

  /** After a rolled-back transaction: what was given out in it does not exist. */
  forget(): void {
    this.#ids.clear()
    this.#names.clear()
  }

  #remember(name: string, id: number): number {
    // Bounded: a sender that invents names must not grow it without end.
    if (this.#ids.size >= 50_000) this.forget()
    this.#ids.set(name, id)
    this.#names.set(id, name)
    return id
  }
}

import Type from 'typebox'
import { Value } from 'typebox/value'

const SavedViewsSchema = Type.Array(
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }), query: Type.String({ maxLength: 20_000 }) }),
)
/** A named view; its query is that of its address. */
export type SavedView = Type.Static<typeof SavedViewsSchema>[number]

/** Nobody finds anything among more of them. */
const MOST = 30

/** What was stored; nothing where that cannot be read. */
export function savedViews(text: string | null): readonly SavedView[] {
  try {
    const views: unknown = JSON.parse(text ?? '[]')
    return Value.Check(SavedViewsSchema, views) ? views : []
  } catch {
    // Somebody else's, or half a text: as good as none.
    return []
  }
}

/** With this view under its name; one of the same name goes, and with too many the oldest. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter(({ name }) => name !== view.name), view].slice(-MOST)
}

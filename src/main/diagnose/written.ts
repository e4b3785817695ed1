/** What came of writing the diagnostics to a file. */
export type Written =
  /** `refused`: why the configuration is, which is told beside it; null where it is not. */
  | { readonly kind: 'written'; readonly file: string; readonly refused: string | null }
  /** `why`, in the words of the system; null: it is there already. */
  | { readonly kind: 'unwritable'; readonly file: string; readonly why: string | null }

internal import Testing

/// All rigs, one after the other: each wants the machine's disk and cores to itself.
@Suite(.serialized) struct Rigs {}

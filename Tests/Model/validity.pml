/*
 * The validity rule of DESIGN.md under races and crashes, checked over every interleaving.
 *
 * Modelled: a forest of six grants. A, H and K are roots; B is delegated from A and held through
 * H, C from B through K, D from C through H. At once: a release of any grant, a revocation of any
 * name, the three delegations, each checked in one step and granted in another, two renewals of one
 * token of B, validations of anything for ever, the sweep, commits, and any number of crashes. The
 * broker has its state in memory and on disk, and a crash leaves the disk; a request is one step in
 * memory, and its reply leaves when what it rests on is on disk.
 *
 * Claimed, by the assertions:
 *   1. After an acknowledged release or revocation no validation, renewal or delegation that starts
 *      later succeeds, for the target and for all that descends from it or is held through it.
 *   2. Of the renewals of one token exactly one wins, and the old token is dead when it is told so.
 *   3. Nothing acknowledged is lost by a crash, and no answer is ever taken back: what was told
 *      dead stays dead, and what was granted is dead only where something it hangs on was ended.
 *
 * Time, expiry, epochs and signatures are not modelled: an expiry is an end that nobody asked for.
 *
 * The mutants, each of which has to be found broken:
 *   CASCADE             ends walk the children, and a validation looks at the grant alone
 *   FORGET_HOLDER       a validation follows parents and not holders
 *   TRUST_UNKNOWN       an ancestor without a row counts as alive
 *   FORGET_REVOCATIONS  a restart does not read the revocation records
 *   CHECK_THEN_ACT      a renewal compares the token in one step and replaces it in another
 *   ACK_EARLY           changes are acknowledged before they are on disk
 *   READ_EARLY          answers that change nothing do not wait for what they rest on
 * With WITNESS the assertion is that not all of this ever comes about in one history: it must fail.
 */

/* The whole is searched in two halves: all six grants, and -DRENEWALS with -DLAST=C, without D. */
#ifndef LAST
#define LAST D
#endif

#define A 0
#define H 1
#define K 2
#define B 3
#define C 4
#define D 5
#define NONE 6

#define BIT(g) (1 << (g))
#define ROOTS (BIT(A) | BIT(H) | BIT(K))
#define PARENT(g) ((g) == B -> A : ((g) == C -> B : ((g) == D -> C : NONE)))
#define HOLDER(g) ((g) == B -> H : ((g) == C -> K : ((g) == D -> H : NONE)))

/* For the assertions alone: what dies with a grant, written down instead of looked up. */
#define FALLS_WITH(g) (BIT(g) | \
    ((g) == A || (g) == H -> BIT(B) | BIT(C) | BIT(D) : \
    ((g) == K || (g) == B -> BIT(C) | BIT(D) : ((g) == C -> BIT(D) : 0))))

/* ---- What the broker knows ---- */

typedef Knowledge {
    byte rows = ROOTS; /* a bit per grant that has a row: unknown is dead */
    byte revoked;      /* a bit per name under a revocation record */
    byte token         /* the current token of B: 0 as granted, else the number of the renewal */
};

Knowledge memory, disk;
bool group_is_open;

inline copy(to, from) {
    to.rows = from.rows;
    to.revoked = from.revoked;
    to.token = from.token
}

/* How far a client's reply is from leaving. */
#define IDLE 0
#define LEAVES 1 /* all that it rests on is on disk */
#define WAITS 2  /* for the open group to be on disk */
#define LOST 3   /* the broker crashed */

#define RELEASER 0
#define REVOKER 1
#define DELEGATOR 2
#define RENEWER 3 /* and 4 */
#define CLIENTS 5

byte reply[CLIENTS];

#ifdef ACK_EARLY
#define ACKNOWLEDGE(client) group_is_open = true; reply[client] = LEAVES
#else
#define ACKNOWLEDGE(client) group_is_open = true; reply[client] = WAITS
#endif

/* An answer that changes nothing either leaves at once or is not told: who would wait for it gets
   the same by asking again after the commit. */
#ifdef READ_EARLY
#define TELLS true
#else
#define TELLS rests_on_disk
#endif

#define IS_ON_DISK(g) \
    (!(((memory.rows ^ disk.rows) | (memory.revoked ^ disk.revoked)) & BIT(g)) \
        && ((g) != B || memory.token == disk.token))

#define HAS_ROW(g) ((memory.rows & BIT(g)) != 0)
#ifdef TRUST_UNKNOWN
#define IS_DEAD(g) (((g) == subject && !HAS_ROW(g)) || (memory.revoked & BIT(g)))
#else
#define IS_DEAD(g) (!HAS_ROW(g) || (memory.revoked & BIT(g)))
#endif

inline see(g) {
    is_valid = is_valid && !IS_DEAD(g);
    rests_on_disk = rests_on_disk && IS_ON_DISK(g)
}

/* Scratch of one step, so no part of the state. */
hidden byte subject, current, rests_on_disk, is_valid, client;

/* The validity rule: the grant, every ancestor, and the holder of each. */
inline look_up(g) {
    subject = g;
    current = g;
    is_valid = true;
    rests_on_disk = true;
    do
    :: current != NONE && is_valid ->
        see(current);
#ifdef CASCADE
        current = NONE
#else
#ifndef FORGET_HOLDER
        if
        :: is_valid && HOLDER(current) != NONE -> see(HOLDER(current))
        :: else
        fi;
#endif
        current = PARENT(current)
#endif
    :: else -> break
    od
}

/* ---- What the clients were told, and what they asked for ---- */

byte told_granted = ROOTS; /* their tokens are in somebody's hands */
byte told_dead;            /* by an acknowledged end or a validation; and all that falls with it */
byte asked_to_end;         /* acknowledged or not; and all that falls with it */
bool told_superseded;      /* by a validation of B's first token */
byte told_winner;          /* the renewal of B that was told it won */

#define MAY_SUCCEED(g) ((told_dead & BIT(g)) == 0)
#define MAY_BE_DEAD(g) ((asked_to_end & BIT(g)) != 0)

/* ---- The clients ---- */

/* What an end does after its target: nothing, or the mutant's walk, one grant at a time. */
#ifdef CASCADE
inline after_end(me) {
    child = B;
    do
    :: child <= LAST && reply[me] != LOST ->
        d_step {
            if
            :: IS_DEAD(PARENT(child)) || IS_DEAD(HOLDER(child)) ->
                memory.rows = memory.rows & ~BIT(child)
            :: else
            fi;
            child++;
            ACKNOWLEDGE(me)
        }
    :: else -> break
    od;
    child = 0
}
#else
#define after_end(me) skip
#endif

/* A lost reply leaves the outcome unknown, and whoever asked asks again. */
inline hear_of_end(me) {
    if
    :: d_step {
        reply[me] == LEAVES ->
        reply[me] = IDLE;
        told_dead = told_dead | FALLS_WITH(target);
        target = 0
    }
    :: d_step { reply[me] == LOST -> reply[me] = IDLE }; goto again
    fi
}

/* Ends a grant whose token it holds; one that has ended already is answered alike. */
active proctype Releaser() {
    byte target, child;
    select (target : A .. LAST);
again:
    atomic {
        told_granted & BIT(target) ->
        asked_to_end = asked_to_end | FALLS_WITH(target);
        memory.rows = memory.rows & ~BIT(target);
        ACKNOWLEDGE(RELEASER)
    };
    after_end(RELEASER);
    hear_of_end(RELEASER)
}

/* Puts a record against a name, granted already or not. */
active proctype Revoker() {
    byte target, child;
    select (target : A .. LAST);
again:
    atomic {
        asked_to_end = asked_to_end | FALLS_WITH(target);
        memory.revoked = memory.revoked | BIT(target);
        ACKNOWLEDGE(REVOKER)
    };
    after_end(REVOKER);
    hear_of_end(REVOKER)
}

/* Makes B, then C, then D, each with the token of the one before in its hands. */
active proctype Delegator() {
    byte grant = B;
    do
    :: grant > LAST -> break
    :: grant <= LAST ->
        d_step {
            look_up(HOLDER(grant));
            if
            :: is_valid ->
                assert(MAY_SUCCEED(HOLDER(grant)));
                look_up(PARENT(grant));
                assert(!is_valid || MAY_SUCCEED(PARENT(grant)))
            :: else
            fi;
            reply[DELEGATOR] = (is_valid -> LEAVES : IDLE)
        };
        /* Checked, and not yet granted: whatever ends now, the look-up finds it. */
        if
        :: d_step {
            reply[DELEGATOR] == LEAVES ->
            memory.rows = memory.rows | BIT(grant);
            ACKNOWLEDGE(DELEGATOR)
        }
        :: reply[DELEGATOR] != LEAVES -> break
        fi;
        if
        :: d_step {
            reply[DELEGATOR] == LEAVES ->
            reply[DELEGATOR] = IDLE;
            told_granted = told_granted | BIT(grant);
            grant++
        }
        :: reply[DELEGATOR] == LOST -> break
        fi
    od;
    atomic { grant = 0; reply[DELEGATOR] = IDLE }
}

#ifdef CHECK_THEN_ACT
#define AS_ONE
#else
#define AS_ONE atomic
#endif

/* The two present the same token of B; the number of the renewal names the new token. A lost reply
   is asked for again: the same renewal gets the same token. */
inline renew(me, number) {
    AS_ONE {
        d_step {
            told_granted & BIT(B) ->
            look_up(B);
            wins = is_valid && (memory.token == 0 || memory.token == number);
            assert(!wins || MAY_SUCCEED(B));
            assert(wins || !TELLS || disk.token || MAY_BE_DEAD(B))
        };
        if
        :: d_step { wins -> wins = false; memory.token = number; ACKNOWLEDGE(me) }
        :: !wins -> goto end
        fi
    };
    if
    :: d_step {
        reply[me] == LEAVES ->
        reply[me] = IDLE;
        assert(told_winner == 0);
        told_winner = number
    }
    :: d_step { reply[me] == LOST -> reply[me] = IDLE }; goto end
    fi
}

#ifdef RENEWALS
active proctype FirstRenewer() { bool wins; end: renew(RENEWER, 1) }
active proctype SecondRenewer() { bool wins; end: renew(RENEWER + 1, 2) }
#endif

/* Asks about every token that is in somebody's hands. */
active proctype Validator() {
    byte grant, token;
end:
    do
    :: atomic {
        select (grant : A .. LAST);
        if
        :: token = 0
        :: grant == B && told_winner -> token = told_winner
        fi;
        if
        :: d_step {
            told_granted & BIT(grant) ->
            look_up(grant);
            if
            :: !is_valid ->
                assert(MAY_BE_DEAD(grant));
                told_dead = (TELLS -> told_dead | FALLS_WITH(grant) : told_dead)
            :: is_valid && grant == B && token != memory.token ->
                assert(token == 0);
                told_superseded = told_superseded || TELLS
            :: else ->
                assert(MAY_SUCCEED(grant));
                assert(grant != B || token != 0 || (!told_winner && !told_superseded))
            fi;
            grant = 0
        }
        :: else -> grant = 0
        fi;
        token = 0
    }
    od
}

/* ---- The broker's own work ---- */

/* Frees the rows of what is dead anyway. */
active proctype Sweeper() {
    byte grant;
end:
    do
    :: atomic {
        select (grant : A .. LAST);
        d_step {
            look_up(grant);
            if
            :: !is_valid && HAS_ROW(grant) ->
                memory.rows = memory.rows & ~BIT(grant);
                group_is_open = true
            :: else
            fi;
            grant = 0
        }
    }
    od
}

/* Writes the open group, as one transaction. To close it first and write it later adds nothing:
   what happens between the two could as well have happened after. */
active proctype Writer() {
end:
    do
    :: d_step {
        group_is_open ->
        for (client : 0 .. CLIENTS - 1) {
            reply[client] = (reply[client] == WAITS -> LEAVES : reply[client])
        }
        copy(disk, memory);
        group_is_open = false
    }
    od
}

/* At any time, any number of times. What was acknowledged has to be on disk. */
active proctype Crash() {
end:
    do
    :: d_step {
        assert(!told_winner || disk.token == told_winner);
        for (current : A .. LAST) {
            assert(!(told_granted & ~disk.rows & BIT(current)) || MAY_BE_DEAD(current))
        }
#ifdef WITNESS
        assert(!(told_granted & BIT(LAST)) || !told_winner || !told_superseded || !told_dead);
#endif
        for (client : 0 .. CLIENTS - 1) {
            reply[client] = (reply[client] == IDLE -> IDLE : LOST)
        }
        copy(memory, disk);
#ifdef FORGET_REVOCATIONS
        memory.revoked = 0;
#endif
        group_is_open = false
    }
    od
}

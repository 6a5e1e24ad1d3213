/*
 * ring.pml - a model of ring.c for SPIN: a writer that may be killed at any step, a standby that takes
 * over, and a reader that copies while the writer laps it.
 *
 * Each atomic load and store of ring.c is one step here, in the same order and under the same names;
 * the table of chunks is left out. Memory is sequentially consistent: that the orders of ring.c suffice
 * for it is shown by the racing tests under ThreadSanitizer. What a frame holds is its number and which
 * life of a writer rendered it, so torn, stale and rewritten frames are told apart. Times are left out:
 * what the clock decides (when a writer is killed, when it jumps, when a reader looks) may happen at
 * any step.
 *
 * What must hold: a reader takes no frame but the one published at that position; published never
 * goes back, nor past what is reserved; without a kill no reader sleeps through a publication, and
 * with one none does for longer than its deadline; everybody reaches the end.
 *
 * Planted faults, each of which must be found: -DCLAIM_AFTER_FILL, -DPUBLISH_BEFORE_FILL,
 * -DADOPT_STALE, -DADOPT_LOWERS, -DREAD_LOOKS_ONCE. tests/unit/ring_model.py runs them all.
 */
#define CAPACITY_FRAMES 4
#define BLOCK_FRAMES    2 /* what ring_write() is called with at most; every other writer's are of 1 */
#define CHUNK_FRAMES    3 /* its borders are no borders of blocks, as those of 4410 and 64 */
#define READ_FRAMES     2 /* what ring_read() is called with, at most */
#ifndef END_FRAME
#define END_FRAME 8 /* where the model ends: twice around */
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef JUMPS
#define JUMPS 1
#endif

#define RENDERED(frame, life) (1 + (frame) * (KILLS + 1) + (life))

/* struct ring */
byte reserved_frames, published_frames, valid_from_frame, futex_word;
byte frames[CAPACITY_FRAMES];

byte writing; /* the life that holds the writer's lock; the kernel gives it to the next */
bool asleep;  /* the reader, on the futex */

/* What the model knows and the processes do not. */
byte n_kills, n_jumps;
byte holds[END_FRAME]; /* what was published at each position; 0: it was jumped over */

inline claim(end)
{
#ifdef ADOPT_LOWERS
    reserved_frames = end;
#endif
    if
    :: reserved_frames < end -> reserved_frames = end /* W1 */
    :: else
    fi
}

/* W3 is one store; what is noted with it is the model's. */
inline publish(end)
{
    d_step {
        assert(end >= published_frames && end <= reserved_frames);
        at = published_frames;
        do
        :: at < end ->
            holds[at] = (jumps -> 0 : RENDERED(at, life));
            at++
        :: else -> break
        od;
        published_frames = end;
        at = 0
    }
    futex_word++;
    asleep = false /* ring_writer_wake() */
}

inline fill()
{
    at = 0;
    do
    :: at < n_frames ->
        frames[(start + at) % CAPACITY_FRAMES] = RENDERED(next + at, life); /* W2 */
        at++
    :: else -> break
    od
}

/* Some frames, rendered as those from `next` on */
inline ring_write()
{
    start = published_frames;
    d_step {
        n_frames = BLOCK_FRAMES - life % 2;
        n_frames = (END_FRAME - start < n_frames -> END_FRAME - start : n_frames)
    }
#if defined(CLAIM_AFTER_FILL)
    fill();
    claim(start + n_frames);
    publish(start + n_frames)
#elif defined(PUBLISH_BEFORE_FILL)
    claim(start + n_frames);
    publish(start + n_frames);
    fill()
#else
    claim(start + n_frames);
    fill();
    publish(start + n_frames)
#endif
}

inline ring_jump(frame)
{
    jumps = true;
    claim(frame);
    valid_from_frame = (frame + CHUNK_FRAMES - 1) / CHUNK_FRAMES * CHUNK_FRAMES;
    publish(frame);
    jumps = false
}

/* A synthd: a standby until the one before it is dead, then it goes on where the ring stands. */
proctype writer(byte life)
{
    byte next, start, at, n_frames;
    bool jumps;

#ifdef ADOPT_STALE
    next = published_frames; /* where the ring stood when it last looked, as a standby */
#endif
end:
    writing == life;
    {
#ifndef ADOPT_STALE
        next = published_frames; /* ring_adopt() */
#endif
        do
        :: next < END_FRAME ->
            ring_write();
            next = next + n_frames
        :: next + BLOCK_FRAMES < END_FRAME && n_jumps < JUMPS -> /* it is too far behind */
            n_jumps++;
            do
            :: next + BLOCK_FRAMES < END_FRAME -> next = next + BLOCK_FRAMES
            :: next > published_frames -> break
            od;
            ring_jump(next)
        :: next >= END_FRAME -> break
        od
    } unless {
        atomic { n_kills > life -> writing++; next = 0; start = 0; at = 0; n_frames = 0; jumps = false }
    }
}

/* SIGKILL of the one that writes, at any step; the lock is free when it is gone. */
proctype killer()
{
    do
    :: n_kills < KILLS && n_kills == writing -> n_kills++
    :: break
    od
}

inline oldest_unclaimed(oldest)
{
    reserved = reserved_frames;
    valid = valid_from_frame;
    d_step {
        oldest = (reserved > CAPACITY_FRAMES -> reserved - CAPACITY_FRAMES : 0);
        oldest = (valid > oldest -> valid : oldest);
        reserved = 0;
        valid = 0
    }
}

/* The cursor moves past what was taken, or to the oldest that is left. */
inline ring_read()
{
    published = published_frames; /* R1 */
    oldest_unclaimed(oldest);
    if
    :: cursor < oldest -> cursor = oldest
    :: cursor >= oldest && cursor >= published
    :: cursor >= oldest && cursor < published ->
        d_step { n = (published - cursor < READ_FRAMES -> published - cursor : READ_FRAMES); at = 0 }
        do
        :: at < n -> dst[at] = frames[(cursor + at) % CAPACITY_FRAMES]; at++ /* R2 */
        :: else -> break
        od;
#ifndef READ_LOOKS_ONCE
        oldest_unclaimed(oldest); /* R3 */
#endif
        if
        :: cursor < oldest -> cursor = oldest
        :: else ->
            d_step {
                at = 0;
                do
                :: at < n -> assert(dst[at] == holds[cursor + at]); at++
                :: else -> break
                od;
                cursor = cursor + n
            }
        fi
    fi;
    d_step { at = 0; n = 0; published = 0; oldest = 0; dst[0] = 0; dst[1] = 0 }
}

/* ring_reader_wait(): FUTEX_WAIT looks at the word and falls asleep in one step. */
inline ring_reader_wait()
{
    do
    :: word = futex_word;
        if
        :: published_frames > cursor -> break
        :: else
        fi;
        d_step { asleep = (futex_word == word) }
        if
        :: !asleep
        :: timeout -> /* its deadline: nobody else moves any more */
            assert(n_kills > 0 && published_frames > cursor);
            asleep = false
        fi
    od;
    word = 0
}

proctype reader()
{
    byte cursor, published, oldest, reserved, valid, at, n, word;
    byte dst[READ_FRAMES];

    do
    :: cursor < END_FRAME ->
        ring_reader_wait();
        ring_read()
    :: else -> break
    od
}

init
{
    byte life;

    atomic {
        do
        :: life <= KILLS -> run writer(life); life++
        :: else -> break
        od;
        run killer();
        run reader()
    }
}

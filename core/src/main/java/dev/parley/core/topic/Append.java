package dev.parley.core.topic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that one commit changes in one topic. The topic comes into being with its first
/// append.
///
/// @param topic the topic
/// @param expectedLast sequence that the journal must end with for this to be committed; 0 for a
///     topic that does not exist
/// @param drafts entries to append: they get `expectedLast + 1` and so on
/// @param amendments rewritten entries, carried out after the drafts, in order; the engine
///     has one of each entry
/// @param members changes of members, in order
/// @param snapshot new snapshot; null: the old one stays
/// @param listed whether those who are not members find the topic; null: unchanged (a new topic is
///     not listed)
/// @param erased the topic is deleted: its entries, members and words are to go, by and by
///     ([Journal#reap]), and readers see none of them from the commit on. Id, last sequence and
///     snapshot stay
public record Append(
    TopicId topic,
    long expectedLast,
    List<Draft> drafts,
    List<Amendment> amendments,
    List<MemberChange> members,
    @Nullable Snapshot snapshot,
    @Nullable Boolean listed,
    boolean erased) {}

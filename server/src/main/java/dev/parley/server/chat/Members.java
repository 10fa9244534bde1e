package dev.parley.server.chat;

import dev.parley.chat.v1.ListMembersResponse;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.user.Profile;
import java.util.List;
import java.util.Map;

/// Members of a room as the journal's reader knows them. Stateless; blocks where the reader does.
final class Members {
  private Members() {}

  static ListMembersResponse page(JournalReader reader, String room, String after, int limit)
      throws JournalException {
    List<Member> members = reader.members(RoomRules.topic(room), after, limit);
    Map<String, Profile> profiles = reader.profiles(members.stream().map(Member::user).toList());
    ListMembersResponse.Builder response = ListMembersResponse.newBuilder();
    members.forEach(member -> response.addMembers(member(member, profiles)));
    if (members.size() == limit) {
      response.setNextPageToken(members.getLast().user());
    }
    return response.build();
  }

  static dev.parley.chat.v1.Member one(JournalReader reader, String room, String user)
      throws JournalException, RefusedException {
    Lookup.OfMember lookup = new Lookup.OfMember(RoomRules.topic(room), user);
    Member member = reader.find(List.of(lookup)).members().get(lookup);
    if (member == null) {
      throw new RefusedException(
          Reason.USER_NOT_FOUND.because("user \"" + user + "\" has left again"));
    }
    return member(member, reader.profiles(List.of(user)));
  }

  private static dev.parley.chat.v1.Member member(Member member, Map<String, Profile> profiles) {
    Profile unknown = new Profile(member.user(), member.user(), member.user(), "");
    return dev.parley.chat.v1.Member.newBuilder()
        .setUser(Mapping.user(profiles.getOrDefault(member.user(), unknown)))
        .setRole(Mapping.role(member.role()))
        .setJoinedAt(Mapping.timestamp(member.joinedAtMicros()))
        .setReadSequence(member.readSequence())
        .build();
  }
}

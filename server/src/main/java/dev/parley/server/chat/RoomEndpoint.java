package dev.parley.server.chat;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.AddMemberResponse;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.CreateRoomResponse;
import dev.parley.chat.v1.DeleteRoomRequest;
import dev.parley.chat.v1.DeleteRoomResponse;
import dev.parley.chat.v1.GetRoomRequest;
import dev.parley.chat.v1.GetRoomResponse;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.ListMembersRequest;
import dev.parley.chat.v1.ListMembersResponse;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.ListRoomsResponse;
import dev.parley.chat.v1.OpenDirectRoomRequest;
import dev.parley.chat.v1.OpenDirectRoomResponse;
import dev.parley.chat.v1.RemoveMemberRequest;
import dev.parley.chat.v1.RemoveMemberResponse;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.SearchMessagesResponse;
import dev.parley.chat.v1.UpdateRoomRequest;
import dev.parley.chat.v1.UpdateRoomResponse;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.server.rpc.Ids;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `parley.chat.v1.RoomService`. Thread-safe.
final class RoomEndpoint extends RoomServiceGrpc.RoomServiceImplBase {
  private static final int DEFAULT_PAGE = 100;

  private final ChatContext context;
  private final Replies replies;

  RoomEndpoint(ChatContext context) {
    this.context = context;
    this.replies = new Replies(context.reads());
  }

  @Override
  public void createRoom(CreateRoomRequest request, StreamObserver<CreateRoomResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().known(null);
          String id =
              request.getRoomId().isEmpty()
                  ? Ids.next()
                  : Checks.id("room_id", request.getRoomId());
          RoomCommand command =
              new RoomCommand.Create(
                  caller,
                  name(request.getName()),
                  description(request.getDescription()),
                  Mapping.visibility(request.getVisibility()),
                  List.of(),
                  false);
          submit(id, command, observer, _ -> answerRoom(id, caller, observer, this::created));
        });
  }

  private CreateRoomResponse created(Room room) {
    return CreateRoomResponse.newBuilder().setRoom(room).build();
  }

  @Override
  public void getRoom(GetRoomRequest request, StreamObserver<GetRoomResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().caller(null);
          String id = Checks.id("room_id", request.getRoomId());
          answerRoom(
              id, caller, observer, room -> GetRoomResponse.newBuilder().setRoom(room).build());
        });
  }

  /// Answers with a room as it is now, who is online included.
  private <T> void answerRoom(
      String id, Caller caller, StreamObserver<T> observer, Function<Room, T> response) {
    context
        .engine()
        .present(
            RoomRules.topic(id),
            "",
            0,
            (online, _) ->
                replies.fromJournal(
                    observer,
                    reader ->
                        response.apply(
                            Rooms.visibleRoom(reader, caller, id).setOnlineCount(online).build())),
            refusal -> Replies.refuse(observer, refusal));
  }

  @Override
  public void listRooms(ListRoomsRequest request, StreamObserver<ListRoomsResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().caller(null);
          int limit =
              Checks.page("page_size", request.getPageSize(), DEFAULT_PAGE, Limits.MAX_PAGE);
          Requests.optionalId("page_token", request.getPageToken());
          replies.read(
              observer,
              reader ->
                  reader.topics(
                      RoomRules.KIND,
                      caller.id(),
                      request.getJoinedOnly(),
                      request.getPageToken(),
                      limit),
              page ->
                  context
                      .engine()
                      .online(
                          page.stream().map(listing -> listing.head().topic()).toList(),
                          online -> replies.answer(observer, () -> rooms(page, online, limit)),
                          refusal -> Replies.refuse(observer, refusal)));
        });
  }

  private static ListRoomsResponse rooms(
      List<JournalReader.Listing> page, Map<TopicId, Integer> online, int limit) {
    ListRoomsResponse.Builder rooms = ListRoomsResponse.newBuilder();
    for (JournalReader.Listing listing : page) {
      int here = online.getOrDefault(listing.head().topic(), 0);
      rooms.addRooms(Rooms.room(listing).setOnlineCount(here));
    }
    if (page.size() == limit) {
      rooms.setNextPageToken(page.getLast().head().topic().name());
    }
    return rooms.build();
  }

  @Override
  public void updateRoom(UpdateRoomRequest request, StreamObserver<UpdateRoomResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().known(null);
          String id = Checks.id("room_id", request.getRoomId());
          RoomCommand command =
              new RoomCommand.Update(
                  caller,
                  request.hasName() ? name(request.getName()) : null,
                  request.hasDescription() ? description(request.getDescription()) : null,
                  visibility(request));
          submit(
              id,
              command,
              observer,
              _ ->
                  answerRoom(
                      id,
                      caller,
                      observer,
                      room -> UpdateRoomResponse.newBuilder().setRoom(room).build()));
        });
  }

  private static RoomState.@Nullable Visibility visibility(UpdateRoomRequest request)
      throws RefusedException {
    return request.getVisibility() == RoomVisibility.ROOM_VISIBILITY_UNKNOWN
        ? null
        : Mapping.visibility(request.getVisibility());
  }

  @Override
  public void deleteRoom(DeleteRoomRequest request, StreamObserver<DeleteRoomResponse> observer) {
    Replies.guard(
        observer,
        () ->
            submit(
                Checks.id("room_id", request.getRoomId()),
                new RoomCommand.DeleteRoom(context.calls().known(null)),
                observer,
                _ -> replies.answer(observer, DeleteRoomResponse::getDefaultInstance)));
  }

  @Override
  public void listMembers(
      ListMembersRequest request, StreamObserver<ListMembersResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().caller(null);
          String id = Checks.id("room_id", request.getRoomId());
          int limit =
              Checks.page("page_size", request.getPageSize(), DEFAULT_PAGE, Limits.MAX_PAGE);
          Requests.optionalId("page_token", request.getPageToken());
          replies.fromJournal(
              observer,
              reader -> {
                Rooms.visible(reader, caller, id);
                return Members.page(reader, id, request.getPageToken(), limit);
              });
        });
  }

  @Override
  public void addMember(AddMemberRequest request, StreamObserver<AddMemberResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().known(null);
          String id = Checks.id("room_id", request.getRoomId());
          String user = Checks.id("user_id", request.getUserId());
          Role wanted = Mapping.role(request.getRole());
          withProfile(
              user,
              observer,
              profile ->
                  context
                      .engine()
                      .submit(
                          RoomRules.topic(id),
                          new RoomCommand.AddMember(caller, profile, wanted),
                          added(id, user, wanted, observer)));
        });
  }

  /// Who may not add members may still ask an assistant to come where everyone may enter.
  private Consumer<Outcome> added(
      String room, String user, @Nullable Role wanted, StreamObserver<AddMemberResponse> observer) {
    Consumer<Outcome> answer =
        replies.then(
            observer,
            _ ->
                replies.fromJournal(
                    observer,
                    reader ->
                        AddMemberResponse.newBuilder()
                            .setMember(Members.one(reader, room, user))
                            .build()));
    return outcome -> {
      boolean mayCome =
          outcome instanceof Outcome.Refused refused
              && refused.refusal().reason() == Reason.PERMISSION_DENIED
              && (wanted == null || wanted == Role.MEMBER)
              && context.assistants().has(user);
      if (mayCome) {
        context
            .assistants()
            .join(room, user, came -> answer.accept(came instanceof Outcome.Done ? came : outcome));
      } else {
        answer.accept(outcome);
      }
    };
  }

  @Override
  public void removeMember(
      RemoveMemberRequest request, StreamObserver<RemoveMemberResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().known(null);
          String id = Checks.id("room_id", request.getRoomId());
          String user = Checks.id("user_id", request.getUserId());
          withProfile(
              user,
              observer,
              profile ->
                  submit(
                      id,
                      new RoomCommand.RemoveMember(caller, profile),
                      observer,
                      _ -> replies.answer(observer, RemoveMemberResponse::getDefaultInstance)));
        });
  }

  @Override
  public void openDirectRoom(
      OpenDirectRoomRequest request, StreamObserver<OpenDirectRoomResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().known(null);
          String other = Checks.id("user_id", request.getUserId());
          String id = DirectRooms.id(caller.id(), other);
          withProfile(
              other,
              observer,
              profile -> {
                List<Profile> users =
                    other.equals(caller.id())
                        ? List.of(caller.user())
                        : List.of(caller.user(), profile);
                RoomCommand command =
                    new RoomCommand.Create(
                        caller, DirectRooms.NAME, "", RoomState.Visibility.DIRECT, users, true);
                submit(
                    id,
                    command,
                    observer,
                    done ->
                        answerRoom(
                            id,
                            caller,
                            observer,
                            room ->
                                OpenDirectRoomResponse.newBuilder()
                                    .setRoom(room)
                                    .setCreated(done.sequence() > 0)
                                    .build()));
              });
        });
  }

  @Override
  public void searchMessages(
      SearchMessagesRequest request, StreamObserver<SearchMessagesResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Search search = Search.of(context.calls().caller(null), request);
          replies.fromSearch(observer, search::run);
        });
  }

  @Override
  public StreamObserver<ImportMessagesRequest> importMessages(
      StreamObserver<ImportMessagesResponse> observer) {
    ServerCallStreamObserver<ImportMessagesResponse> call =
        (ServerCallStreamObserver<ImportMessagesResponse>) observer;
    try {
      return new Import(context, context.calls().known(null), call);
    } catch (RefusedException e) {
      Replies.refuse(observer, e.refusal());
      return new Ignored<>();
    }
  }

  private void submit(
      String room, RoomCommand command, StreamObserver<?> observer, Consumer<Outcome.Done> done) {
    context.engine().submit(RoomRules.topic(room), command, replies.then(observer, done));
  }

  /// A user as he once introduced himself; if he never did, his id is all that is known of him.
  private void withProfile(String user, StreamObserver<?> observer, Consumer<Profile> then) {
    replies.read(
        observer,
        reader ->
            reader.profiles(List.of(user)).getOrDefault(user, new Profile(user, user, user, "")),
        then);
  }

  private static String name(String name) throws RefusedException {
    return Checks.line("name", name, Limits.MAX_NAME_BYTES);
  }

  private static String description(String description) throws RefusedException {
    return Checks.line("description", description, Limits.MAX_DESCRIPTION_BYTES);
  }
}

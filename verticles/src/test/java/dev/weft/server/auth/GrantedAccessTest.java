package dev.weft.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.id.PeerId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GrantedAccessTest {
    private static final PeerId OWN = PeerId.of(UUID.fromString("11111111-1111-4111-8111-111111111111"));
    private static final PeerId OTHER = PeerId.of(UUID.fromString("22222222-2222-4222-8222-222222222222"));

    @Test
    void theMostThatAnyGrantGivesCounts() {
        Identity ann = ann(grant("*", Access.READ), grant("notes-*", Access.WRITE), grant("notes-1", Access.NONE));
        assertThat(GrantedAccess.of(ann, "notes-1").access()).isEqualTo(Access.WRITE);
        assertThat(GrantedAccess.of(ann, "paper").access()).isEqualTo(Access.READ);
    }

    @Test
    void whatNoGrantNamesIsNotAllowed() {
        assertThat(GrantedAccess.of(ann(), "paper")).isEqualTo(Rights.NONE);
        assertThat(GrantedAccess.of(ann(grant("notes", Access.WRITE)), "paper")).isEqualTo(Rights.NONE);
    }

    @Test
    void writesAsThePeersOfTheIdentityOnly() {
        Rights rights = GrantedAccess.of(ann(grant("*", Access.WRITE)), "paper");
        assertThat(rights.peers().contains(OWN)).isTrue();
        assertThat(rights.peers().contains(OTHER)).isFalse();
        assertThat(GrantedAccess.of(Identity.ANONYMOUS, "paper").peers().contains(OTHER))
                .isTrue();
    }

    @Test
    void aRevokedSubjectComesBackWithALaterProofARevokedProofNever() {
        Identity early = new Identity("ann", "t1", 1_000, Identity.NEVER, List.of(), Peers.ANY);
        Identity late = new Identity("ann", "t2", 3_000, Identity.NEVER, List.of(), Peers.ANY);
        Revocation ofSubject = new Revocation(Revocation.Kind.SUBJECT, "ann", 2_000);
        assertThat(ofSubject.meets(early)).isTrue();
        assertThat(ofSubject.meets(late)).isFalse();
        Revocation ofToken = new Revocation(Revocation.Kind.TOKEN, "t2", 2_000);
        assertThat(ofToken.meets(early)).isFalse();
        assertThat(ofToken.meets(late)).isTrue();
        assertThat(new Revocation(Revocation.Kind.SUBJECT, "bob", 9_000).meets(early))
                .isFalse();
    }

    private static Grant grant(String pattern, Access access) {
        return new Grant(DocumentPattern.of(pattern), access);
    }

    private static Identity ann(Grant... grants) {
        return new Identity("ann", null, 0, Identity.NEVER, List.of(grants), Peers.only(Set.of(OWN)));
    }
}
